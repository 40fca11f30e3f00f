package dev.tarn.cli;

import dev.tarn.admin.Api;
import dev.tarn.cli.image.Pulled;
import dev.tarn.cli.image.Trial;
import dev.tarn.config.ImageJob;
import dev.tarn.metrics.Metric;
import dev.tarn.metrics.Metrics;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Counts and logs what the mirror pulls of itself. Its tags are names from the configuration.
final class JobReport implements Schedule.Listener {

    private static final Logger LOG = LoggerFactory.getLogger(JobReport.class);

    private record Key(String kind, String name) {

        static Key of(ImageJob job) {
            return new Key(Api.word(job.kind()), job.name());
        }
    }

    private final Metrics metrics;
    private final InstantSource clock;
    private final Map<Key, Instant> successes = new ConcurrentHashMap<>();

    JobReport(Metrics metrics, InstantSource clock) {
        this.metrics = metrics;
        this.clock = clock;
    }

    /// Shows these, also before they have run.
    void watch(List<ImageJob> jobs) {
        jobs.stream().map(Key::of).forEach(this::watch);
    }

    private void watch(Key key) {
        metrics.watch(
                Metric.JOB_SUCCESS,
                () -> {
                    Instant success = successes.get(key);
                    return success == null ? Double.NaN : success.toEpochMilli() / 1e3;
                },
                key.kind(),
                key.name());
    }

    @Override
    public void ended(ImageJob job, Trial trial) {
        Key key = Key.of(job);
        metrics.count(Metric.JOB_IMAGES, key.kind(), key.name(), Api.word(trial.result()));
        trial.pulled()
                .map(Pulled::duration)
                .ifPresent(took ->
                        metrics.time(Metric.JOB_PULL_DURATION, took, key.kind(), key.name()));
        if (trial.isGood()) {
            LOG.debug("{}: {} for {} is there", job, trial.image(), trial.platform());
        } else {
            LOG.warn(
                    "{}: {} for {} is {}: {}",
                    job,
                    trial.image(),
                    trial.platform(),
                    Api.word(trial.result()),
                    trial.why().orElse(""));
        }
    }

    @Override
    public void ended(ImageJob job, Errand.Round round) {
        if (round.isGood()) {
            successes.put(Key.of(job), clock.instant());
            LOG.info("{}: all is well", job);
        }
    }
}
