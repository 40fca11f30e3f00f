package dev.tarn.cli;

import dev.tarn.admin.Api;
import dev.tarn.cli.image.Pulled;
import dev.tarn.cli.image.Trial;
import dev.tarn.config.ImageJob;
import dev.tarn.metrics.Metric;
import dev.tarn.metrics.Metrics;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
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

    /// When each job last went well, in seconds since 1970; NaN until it has.
    private final Map<Key, Double> successes = new ConcurrentHashMap<>();

    JobReport(Metrics metrics, InstantSource clock) {
        this.metrics = metrics;
        this.clock = clock;
    }

    /// Shows these, also before they have run, and no other any more: what is never to run again
    /// would be overdue for ever.
    void watch(List<ImageJob> jobs) {
        Set<Key> keys = jobs.stream().map(Key::of).collect(Collectors.toSet());
        successes.keySet().stream().filter(key -> !keys.contains(key)).forEach(this::forget);
        keys.forEach(this::watch);
    }

    private void watch(Key key) {
        if (successes.putIfAbsent(key, Double.NaN) == null) {
            metrics.watch(
                    Metric.JOB_SUCCESS,
                    () -> successes.getOrDefault(key, Double.NaN),
                    key.kind(),
                    key.name());
            for (Trial.Result result : Trial.Result.values()) {
                metrics.expect(Metric.JOB_IMAGES, key.kind(), key.name(), Api.word(result));
            }
        }
    }

    private void forget(Key key) {
        successes.remove(key);
        metrics.forget(Metric.JOB_SUCCESS, key.kind(), key.name());
        metrics.forget(Metric.JOB_PULL_DURATION, key.kind(), key.name());
        for (Trial.Result result : Trial.Result.values()) {
            metrics.forget(Metric.JOB_IMAGES, key.kind(), key.name(), Api.word(result));
        }
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
            double now = clock.instant().toEpochMilli() / 1e3;
            successes.computeIfPresent(Key.of(job), (_, _) -> now);
            LOG.info("{}: all is well", job);
        }
    }
}
