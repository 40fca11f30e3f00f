package dev.tarn.cli;

import dev.tarn.admin.Api;
import dev.tarn.admin.push.PushReceiver.Result;
import dev.tarn.http.netty.ClientLimit;
import dev.tarn.http.netty.RegistryServer;
import dev.tarn.metrics.Metric;
import dev.tarn.metrics.Metrics;
import dev.tarn.oci.RegistryHost;
import dev.tarn.pull.BlobPuller;
import dev.tarn.report.Reports;
import dev.tarn.storage.DiskStore;
import dev.tarn.storage.EvictionCause;
import dev.tarn.upstream.UpstreamStatus;
import java.time.Duration;
import java.util.HashSet;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/// The numbers that the parts of a mirror know by themselves, for the metrics to ask for.
final class Gauges {

    private final Metrics metrics;
    private final Registries registries;
    private final Set<RegistryHost> watched = new HashSet<>();

    Gauges(Metrics metrics, Registries registries) {
        this.metrics = metrics;
        this.registries = registries;
    }

    void watch(DiskStore store, BlobPuller blobs, Reports reports, RegistryServer server) {
        watch(store);
        watchUpstreams();
        watch(server);
        metrics.watch(Metric.RUNNING_DOWNLOADS, blobs::downloadCount);
        metrics.watch(Metric.RUNNING_IMAGE_PULLS, reports.pulls()::runningCount);
    }

    void watch(PushedImages pushes) {
        metrics.watch(Metric.IMAGES_PUSHED, () -> pushes.counted(Result.TAKEN));
        for (Result result : Result.values()) {
            metrics.watch(Metric.PUSH_EVENTS, () -> pushes.counted(result), Api.word(result));
        }
    }

    private void watch(DiskStore store) {
        metrics.watch(Metric.STORE_BLOBS, store::blobCount);
        metrics.watch(Metric.STORE_BYTES, store::byteCount);
        metrics.watch(Metric.STORE_USED_BYTES, store::usedBytes);
        metrics.watch(Metric.STORE_CAPACITY_BYTES, store::capacity);
        metrics.watch(Metric.STORE_TROUBLE, () -> store.trouble().isPresent() ? 1 : 0);
        for (EvictionCause cause : EvictionCause.values()) {
            String reason = Api.word(cause);
            metrics.watch(Metric.EVICTED_BLOBS, () -> store.evicted(cause).blobs(), reason);
            metrics.watch(Metric.EVICTED_BYTES, () -> store.evicted(cause).bytes(), reason);
        }
        metrics.watch(Metric.DAMAGED_BLOBS, store::damagedCount);
        metrics.watch(Metric.SCRUB_PROGRESS, () -> store.scrubProgress().fraction());
        metrics.watch(Metric.INDEX_BYTES, store::indexBytes);
        metrics.watch(Metric.INDEX_MEMORY_BYTES, store::indexMemoryBytes);
    }

    /// Those that there are by now. One that is no more has no numbers.
    void watchUpstreams() {
        registries.now().upstreams().keySet().stream().filter(watched::add).forEach(this::watch);
    }

    private void watch(RegistryHost host) {
        watch(Metric.UPSTREAM_UP, host, status -> status.isDown() ? 0 : 1);
        watch(Metric.OPEN_BREAKERS, host, Gauges::openBreakers);
        watch(Metric.RATE_LIMIT, host, status -> number(status.limit()));
        watch(Metric.RATE_LIMIT_REMAINING, host, status -> number(status.remaining()));
        watch(Metric.TOKEN_TIME, host, status -> seconds(status.tokenTime()));
    }

    private void watch(Metric metric, RegistryHost host, ToDoubleFunction<UpstreamStatus> number) {
        metrics.watch(
                metric,
                () ->
                        registries.status(host).stream()
                                .mapToDouble(number)
                                .findAny()
                                .orElse(Double.NaN),
                host.text());
    }

    private static double openBreakers(UpstreamStatus status) {
        return status.addresses().stream()
                .filter(it -> it.breaker() != UpstreamStatus.BreakerState.CLOSED)
                .count();
    }

    private void watch(RegistryServer server) {
        metrics.watch(Metric.RUNNING_ANSWERS, server::answering);
        metrics.watch(Metric.CLIENT_CONNECTIONS, server::connected);
        for (ClientLimit limit : ClientLimit.values()) {
            metrics.watch(Metric.TURNED_AWAY, () -> server.turnedAway(limit), Api.word(limit));
        }
        metrics.watch(Metric.EVENT_LOOP_LAG, () -> seconds(server.lag()));
        metrics.watch(
                Metric.CERTIFICATE_END,
                () ->
                        server.certificateEnd()
                                .map(end -> (double) end.getEpochSecond())
                                .orElse(Double.NaN));
    }

    private static double number(OptionalInt number) {
        return number.isPresent() ? number.getAsInt() : Double.NaN;
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }
}
