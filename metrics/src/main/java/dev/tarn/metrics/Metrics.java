package dev.tarn.metrics;

import dev.tarn.pull.PullListener;
import dev.tarn.pull.Upstream;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.DoubleSupplier;

/// Counts and times what happens, and shows it in the format that Prometheus reads.
public final class Metrics implements AutoCloseable {

    /// Of `page`.
    public static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private final PrometheusMeterRegistry registry =
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final JvmGcMetrics collections = new JvmGcMetrics();
    private final AtomicBoolean isJvmWatched = new AtomicBoolean();
    private final PullListener listener = new PullMetrics(registry);

    /// What it hears is counted.
    public PullListener listener() {
        return listener;
    }

    /// The same upstream, but what is asked of it is counted.
    public Upstream metered(Upstream upstream) {
        return new MeteredUpstream(upstream, registry);
    }

    /// A number that somebody else knows.
    public void watch(Metric metric, DoubleSupplier number) {
        metric.watch(registry, number);
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
