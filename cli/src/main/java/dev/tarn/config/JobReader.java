package dev.tarn.config;

import dev.tarn.oci.ImageName;
import dev.tarn.oci.Secret;
import dev.tarn.storage.Pin;
import java.time.Duration;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;

/// Reads the sections that say what the mirror pulls of itself: `prewarm` and `checks`, by the
/// clock, and `events`, when it has been pushed.
final class JobReader {

    private static final int JOBS_MAX = 100;
    private static final int IMAGES_MAX = 1_000;
    private static final int PLATFORMS_MAX = 16;

    private static final Duration CHECK_INTERVAL = Duration.ofMinutes(5);
    private static final Format<Duration> INTERVAL =
            Format.duration(Duration.ofSeconds(10), Duration.ofDays(30));
    private static final Format<Duration> PULL_TIME =
            Format.duration(Duration.ofMillis(1), Duration.ofHours(1));

    private JobReader() {}

    static TarnConfig.Events events(Section events) {
        Optional<Secret> secret = events.secret("secret");
        ConfigReader.requireLength(events, "secret", secret);
        return new TarnConfig.Events(
                secret, events.list("prewarm", Pin::parse, List.of()), platforms(events));
    }

    static List<ImageJob> jobs(Section root) {
        List<ImageJob> jobs = new ArrayList<>(jobs(root, "prewarm", JobReader::prewarm));
        jobs.addAll(jobs(root, "checks", JobReader::check));
        return jobs;
    }

    private static List<ImageJob> jobs(
            Section root, String key, BiFunction<String, Section, ImageJob> reader) {
        Section section = root.section(key);
        List<ImageJob> jobs = new ArrayList<>();
        for (String name : section.names()) {
            Section job = section.section(name);
            section.name(name, Format.JOB_NAME)
                    .ifPresent(valid -> jobs.add(reader.apply(valid, job)));
        }
        if (jobs.size() > JOBS_MAX) {
            root.problem(key, "are more than " + JOBS_MAX);
        }
        return jobs;
    }

    private static ImageJob prewarm(String name, Section job) {
        Optional<Duration> interval = job.find("interval", INTERVAL);
        Optional<LocalTime> at = job.find("at", Format.TIME_OF_DAY);
        if (job.has("interval") == job.has("at")) {
            job.problem("interval", "give this or a time of day ('at'), one of them");
        }
        Timing timing =
                at.isPresent()
                        ? new Timing.Daily(at.get())
                        : new Timing.Every(interval.orElse(Duration.ofDays(1)));
        return new ImageJob(
                ImageJob.Kind.PREWARM, name, images(job), platforms(job), timing, Expectation.NONE);
    }

    private static ImageJob check(String name, Section job) {
        return new ImageJob(
                ImageJob.Kind.CHECK,
                name,
                images(job),
                platforms(job),
                new Timing.Every(job.value("interval", INTERVAL, CHECK_INTERVAL)),
                new Expectation(
                        job.find("max", PULL_TIME),
                        job.find("tag-pattern", Expectation::parseTagPattern),
                        job.find("git-sha", Expectation::parseGitSha)));
    }

    private static List<ImageName> images(Section job) {
        List<ImageName> images = job.list("images", Format.IMAGE, List.of());
        if (images.isEmpty() || images.size() > IMAGES_MAX) {
            job.problem("images", "must be 1 to " + IMAGES_MAX);
        }
        return images;
    }

    private static List<String> platforms(Section section) {
        List<String> platforms =
                section.list("platforms", Platform::parse, List.of(Platform.own()));
        if (platforms.isEmpty() || platforms.size() > PLATFORMS_MAX) {
            section.problem("platforms", "must be 1 to " + PLATFORMS_MAX);
        }
        return platforms;
    }
}
