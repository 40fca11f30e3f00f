package dev.tarn.metrics;

import dev.tarn.oci.RegistryHost;
import dev.tarn.pull.PullListener;
import dev.tarn.pull.Upstream;
import dev.tarn.report.ImagePull;
import dev.tarn.report.Reason;
import dev.tarn.report.Totals;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.core.instrument.search.Search;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.DoubleSupplier;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;

/// Counts and times what happens, and shows it in the format that Prometheus reads.
public final class Metrics implements AutoCloseable {

    /// Of `page`.
    public static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private final PrometheusMeterRegistry registry =
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final JvmGcMetrics collections = new JvmGcMetrics();
    private final AtomicBoolean isJvmWatched = new AtomicBoolean();
    private final PullMetrics pulls = new PullMetrics(registry);

    /// What it hears is counted.
    public PullListener listener() {
        return pulls;
    }

    /// An image pull has ended.
    public void ended(ImagePull pull) {
        pulls.ended(pull);
    }

    /// What was counted since the start, all upstreams together.
    public Totals totals() {
        return new Totals(
                sum(Metric.PROXY_REQUESTS),
                sum(Metric.PROXY_HITS),
                sum(Metric.PROXY_MISSES),
                sum(Metric.PROXY_PUSHED_BYTES),
                sum(Metric.SAVED_BYTES),
                sum(Metric.PROXY_PULLED_BYTES));
    }

    private long sum(Metric counter) {
        Search all = registry.find(counter.text());
        return (long)
                DoubleStream.concat(
                                all.counters().stream().mapToDouble(Counter::count),
                                all.functionCounters().stream().mapToDouble(FunctionCounter::count))
                        .sum();
    }

    /// What is known of an upstream's answers since the start.
    ///
    /// @param answers all of them, failures included
    public record UpstreamTotals(
            long answers, long failures, Duration answerTime, long pulledBytes) {}

    public UpstreamTotals totals(RegistryHost upstream) {
        Collection<Timer> answers =
                registry.find(Metric.UPSTREAM_ANSWER_DURATION.text())
                        .tag(Metric.UPSTREAM_HOST, upstream.text())
                        .timers();
        return new UpstreamTotals(
                answers.stream().mapToLong(Timer::count).sum(),
                answers.stream()
                        .filter(timer -> !isGood(timer.getId().getTag("result")))
                        .mapToLong(Timer::count)
                        .sum(),
                Duration.ofNanos(
                        (long)
                                answers.stream()
                                        .mapToDouble(timer -> timer.totalTime(TimeUnit.NANOSECONDS))
                                        .sum()),
                (long)
                        registry
                                .find(Metric.PROXY_PULLED_BYTES.text())
                                .tag(Metric.UPSTREAM_HOST, upstream.text())
                                .counters()
                                .stream()
                                .mapToDouble(Counter::count)
                                .sum());
    }

    /// Who says that there is no such thing is well.
    private static boolean isGood(@Nullable String result) {
        return MeteredUpstream.OK.equals(result) || Reason.UNKNOWN.word().equals(result);
    }

    /// The same upstream, but what is asked of it is counted.
    public Upstream metered(Upstream upstream) {
        return new MeteredUpstream(upstream, registry);
    }

    /// A number that somebody else knows.
    ///
    /// @param tags a value for each tag that the metric has
    public void watch(Metric metric, DoubleSupplier number, String... tags) {
        metric.watch(registry, number, tags);
    }

    /// Something has happened once more.
    ///
    /// @param tags a value for each tag that the metric has
    public void count(Metric metric, String... tags) {
        metric.counter(registry, tags).increment();
    }

    /// Shows that it has not happened yet, so that the first time is seen as one more.
    ///
    /// @param tags a value for each tag that the metric has
    public void expect(Metric metric, String... tags) {
        var _ = metric.counter(registry, tags);
    }

    /// Does not show any longer what is no more.
    ///
    /// @param tags a value for each tag that the metric has
    public void forget(Metric metric, String... tags) {
        registry.find(metric.text())
                .tags(metric.tagged(tags))
                .meters()
                .forEach(meter -> registry.remove(meter));
    }

    /// Something took so long.
    ///
    /// @param tags a value for each tag that the metric has
    public void time(Metric metric, Duration duration, String... tags) {
        metric.timer(registry, tags).record(duration);
    }

    private void watchJvm() {
        new UptimeMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
        new ClassLoaderMetrics().bindTo(registry);
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        collections.bindTo(registry);
    }

    PrometheusMeterRegistry registry() {
        return registry;
    }

    /// All there is to know at this moment. To know how the JVM is takes a moment and some
    /// megabytes: only those pay for it who ask.
    public String page() {
        if (isJvmWatched.compareAndSet(false, true)) {
            watchJvm();
        }
        return registry.scrape(CONTENT_TYPE);
    }

    @Override
    public void close() {
        collections.close();
        registry.close();
    }
}
