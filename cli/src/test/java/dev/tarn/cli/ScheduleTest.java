package dev.tarn.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tarn.cli.image.Trial;
import dev.tarn.config.Expectation;
import dev.tarn.config.ImageJob;
import dev.tarn.config.Timing;
import dev.tarn.oci.ImageName;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The thread that runs what is due, by a clock that the test sets.
@Timeout(20)
class ScheduleTest implements Schedule.Listener {

    private final AtomicReference<Instant> now =
            new AtomicReference<>(Instant.parse("2026-03-01T12:00:00Z"));
    private final List<String> heard = new CopyOnWriteArrayList<>();

    private static ImageJob job(String... images) {
        return new ImageJob(
                ImageJob.Kind.CHECK,
                "app",
                List.of(images).stream().map(ImageName::parse).toList(),
                List.of("linux/amd64"),
                new Timing.Every(Duration.ofMinutes(5)),
                Expectation.NONE);
    }

    private Schedule schedule(Schedule.Puller puller) {
        Schedule schedule =
                new Schedule(new Agenda(ZoneOffset.UTC, () -> 0L), now::get, puller, this);
        schedule.start();
        return schedule;
    }

    private static Trial trial(Errand errand) {
        boolean isBad = errand.image().repository().text().endsWith("bad");
        return new Trial(
                errand.image(),
                errand.platform(),
                isBad ? Trial.Result.MISSING : Trial.Result.OK,
                Optional.empty(),
                Optional.empty());
    }

    @Override
    public void ended(ImageJob job, Trial trial) {
        heard.add(trial.image().repository() + " " + trial.result());
    }

    @Override
    public void ended(ImageJob job, Errand.Round round) {
        heard.add("round " + round.isGood());
    }

    @Test
    void whatIsDueIsPulledAndHeardOf() throws Exception {
        List<ImageJob> jobs = List.of(job("x/one", "x/two"));
        try (Schedule schedule = schedule(ScheduleTest::trial)) {
            schedule.replace(jobs);
            await().untilAsserted(() ->
                    assertThat(heard).containsExactly("x/one OK", "x/two OK", "round true"));

            now.set(now.get().plusSeconds(300));
            schedule.replace(jobs);
            await().until(() -> heard.size() == 6);
        }
    }

    @Test
    void oneThatIsMissingIsHeardOfAndTheOthersGoOn() throws Exception {
        try (Schedule schedule = schedule(ScheduleTest::trial)) {
            schedule.replace(List.of(job("x/bad", "x/two")));
            await().untilAsserted(() ->
                    assertThat(heard).containsExactly("x/bad MISSING", "x/two OK", "round false"));
        }
    }

    @Test
    void aFailureOfOursEndsOneImageAndNotTheSchedule() throws Exception {
        try (Schedule schedule =
                schedule(errand -> {
                    if (errand.image().repository().text().endsWith("bad")) {
                        throw new IllegalStateException("a bug");
                    }
                    return trial(errand);
                })) {
            schedule.replace(List.of(job("x/bad", "x/two")));
            await().untilAsserted(
                            () -> assertThat(heard).containsExactly("x/two OK", "round false"));
        }
    }

    @Test
    void closingEndsWhatIsBeingPulled() throws Exception {
        CountDownLatch pulling = new CountDownLatch(1);
        try (Schedule schedule =
                schedule(errand -> {
                    pulling.countDown();
                    new CountDownLatch(1).await();
                    return trial(errand);
                })) {
            schedule.add(job("x/one"));
            pulling.await();
        }
        assertThat(heard).isEmpty();
    }
}
