package dev.tarn.cli;

import dev.tarn.config.ImageJob;
import dev.tarn.config.Timing;
import dev.tarn.oci.ImageName;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// What the mirror is to pull of itself next: first what was pushed, then what has fallen due by
/// the clock. It knows the time only as it is told. Not for several threads.
final class Agenda {

    private static final int PUSHED_MAX = 1_000;

    /// Many mirrors that were started or told the same at once do not ask at once.
    private static final Duration JITTER_MAX = Duration.ofMinutes(1);

    private final ZoneId zone;
    private final RandomGenerator random;
    private final Map<ImageJob, Instant> dueAt = new LinkedHashMap<>();
    private final Deque<Errand> pushed = new ArrayDeque<>();
    private final Deque<Errand> due = new ArrayDeque<>();

    Agenda(ZoneId zone, RandomGenerator random) {
        this.zone = zone;
        this.random = random;
    }

    /// Goes on with these. One that was there before falls due when it would have.
    void replace(List<ImageJob> jobs, Instant now) {
        dueAt.keySet().retainAll(jobs);
        due.removeIf(errand -> !jobs.contains(errand.job()));
        jobs.forEach(job -> dueAt.computeIfAbsent(job, _ -> first(job.timing(), now)));
    }

    /// Has an image pulled as soon as can be, unless that is to be done already.
    ///
    /// @return false where too many wait already
    boolean add(ImageJob job) {
        for (Errand errand : errands(job)) {
            boolean isThere =
                    pushed.stream()
                            .anyMatch(it ->
                                    it.image().equals(errand.image())
                                            && it.platform().equals(errand.platform()));
            if (!isThere && pushed.size() == PUSHED_MAX) {
                return false;
            }
            if (!isThere) {
                pushed.add(errand);
            }
        }
        return true;
    }

    /// What is to be done now.
    Optional<Errand> take(Instant now) {
        for (Map.Entry<ImageJob, Instant> entry : dueAt.entrySet()) {
            if (!entry.getValue().isAfter(now)) {
                fallDue(entry.getKey());
                entry.setValue(next(entry.getKey().timing(), now));
            }
        }
        return Optional.ofNullable(pushed.isEmpty() ? due.poll() : pushed.poll());
    }

    /// One whose last round has not been begun to the end has no other.
    private void fallDue(ImageJob job) {
        if (due.stream().noneMatch(errand -> errand.job().equals(job))) {
            due.addAll(errands(job));
        }
    }

    /// When something falls due next.
    Optional<Instant> nextAt() {
        return dueAt.values().stream().min(Instant::compareTo);
    }

    private static List<Errand> errands(ImageJob job) {
        List<ImageName> images = job.images();
        Errand.Round round = new Errand.Round(images.size() * job.platforms().size());
        return images.stream()
                .flatMap(image ->
                        job.platforms().stream()
                                .map(platform -> new Errand(job, image, platform, round)))
                .toList();
    }

    private Instant first(Timing timing, Instant now) {
        return switch (timing) {
            case Timing.Every every -> now.plus(jitter(every.interval().dividedBy(10)));
            case Timing.Daily daily -> next(daily, now);
        };
    }

    private Instant next(Timing timing, Instant now) {
        return switch (timing) {
            case Timing.Every every -> {
                Duration interval = every.interval();
                yield now.plus(interval).plus(jitter(interval.dividedBy(10)));
            }
            case Timing.Daily daily -> {
                ZonedDateTime today = now.atZone(zone).with(daily.time());
                ZonedDateTime at = today.toInstant().isAfter(now) ? today : today.plusDays(1);
                yield at.toInstant().plus(jitter(JITTER_MAX));
            }
        };
    }

    private Duration jitter(Duration max) {
        Duration most = max.compareTo(JITTER_MAX) < 0 ? max : JITTER_MAX;
        return Duration.ofNanos((long) (most.toNanos() * random.nextDouble()));
    }
}
