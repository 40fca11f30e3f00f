package dev.tarn.cli;

import dev.tarn.admin.Api;
import dev.tarn.metrics.Metrics;
import dev.tarn.oci.ImageName;
import dev.tarn.oci.RegistryHost;
import dev.tarn.pull.BlobPuller;
import dev.tarn.report.History;
import dev.tarn.report.ImagePull;
import dev.tarn.report.Reports;
import dev.tarn.report.Totals;
import dev.tarn.storage.DiskStore;
import dev.tarn.storage.ScrubProgress;
import dev.tarn.upstream.UpstreamStatus;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// What the admin API tells, gathered from the parts of one mirror.
///
/// @param registryUrl where clients on this machine reach the registry
record MirrorApi(
        DiskStore disk,
        BlobPuller blobs,
        Registries registries,
        Metrics metrics,
        Reports reports,
        Instant startedAt,
        BooleanSupplier isReady,
        Supplier<String> registryUrl)
        implements Api {

    private static final int NEXT_MAX = 20;

    @Override
    public Overview overview() {
        Totals totals = metrics.totals();
        History.Rates rates = reports.history().rates();
        return new Overview(
                Main.version(),
                startedAt,
                Instant.now(),
                isReady.getAsBoolean(),
                disk.trouble(),
                registryUrl.get(),
                names(),
                totals.requests(),
                totals.hits(),
                totals.misses(),
                totals.servedBytes(),
                totals.savedBytes(),
                totals.pulledBytes(),
                rates.served(),
                rates.pulled(),
                reports.pulls().runningCount(),
                reports.ended().count(),
                reports.ended().failedCount(),
                blobs.downloadCount(),
                disk.blobCount(),
                disk.byteCount(),
                disk.usedBytes(),
                disk.capacity());
    }

    /// The default one first.
    private List<String> names() {
        List<String> names = new ArrayList<>();
        Registries.InForce now = registries.now();
        names.add(now.config().defaultUpstream().text());
        now.upstreams().keySet().stream()
                .map(RegistryHost::text)
                .filter(name -> !names.contains(name))
                .forEach(names::add);
        return names;
    }

    @Override
    public Minutes history() {
        return new Minutes(reports.history().minutes().stream().map(Minute::of).toList());
    }

    @Override
    public Pulls pulls(int limit) {
        return new Pulls(
                reports.pulls().running().reversed().stream().map(Pull::of).toList(),
                reports.ended().latest(limit).stream().map(Pull::of).toList());
    }

    @Override
    public FailureList failures() {
        return new FailureList(reports.failures().latest().stream().map(Failure::of).toList());
    }

    @Override
    public Images images(int limit) throws IOException {
        List<ImagePull> pulls = reports.ended().latest(Reports.ENDED_MAX);
        return ImageCatalog.of(disk, limit, pulls);
    }

    @Override
    public Upstreams upstreams() {
        Registries.InForce now = registries.now();
        RegistryHost standard = now.config().defaultUpstream();
        return new Upstreams(
                now.upstreams().values().stream()
                        .map(it -> upstream(it.host(), it.host().equals(standard), it.status()))
                        .toList());
    }

    private UpstreamState upstream(RegistryHost host, boolean isDefault, UpstreamStatus status) {
        Metrics.UpstreamTotals totals = metrics.totals(host);
        String state = status.isDown() ? "down" : totals.answers() == 0 ? "unused" : "up";
        return new UpstreamState(
                host.text(),
                isDefault,
                state,
                status.addresses().stream()
                        .map(address ->
                                new UpstreamUrl(
                                        address.url(),
                                        Api.word(address.breaker()),
                                        address.reason()))
                        .toList(),
                status.remaining().isPresent()
                        ? Optional.of(
                                new RateLimit(
                                        status.remaining().getAsInt(),
                                        status.limit(),
                                        status.reserve()))
                        : Optional.empty(),
                totals.answers(),
                totals.failures(),
                totals.answers() == 0
                        ? OptionalLong.empty()
                        : OptionalLong.of(totals.answerTime().toMillis() / totals.answers()),
                totals.pulledBytes(),
                status.tokenTime().toMillis());
    }

    @Override
    public Store store() throws IOException {
        return new Store(
                registries.now().config().rootDirectory().toString(),
                disk.blobCount(),
                disk.byteCount(),
                disk.usedBytes(),
                disk.capacity(),
                Api.word(registries.now().config().store().budget().eviction()).replace('_', '-'),
                disk.evicted().blobs(),
                disk.evicted().bytes(),
                disk.damagedCount(),
                disk.trouble(),
                new Scrub(disk.scrubProgress().fraction(), disk.scrubProgress().bytes()),
                disk.next(NEXT_MAX).stream()
                        .map(next ->
                                new NextBlob(
                                        next.digest().toString(),
                                        next.size(),
                                        next.usedAt(),
                                        next.uses()))
                        .toList());
    }

    @Override
    public ScrubPass scrub() {
        boolean isRunning = disk.isScrubbing();
        ScrubProgress progress = disk.scrubProgress();
        return new ScrubPass(
                isRunning,
                progress.started(),
                progress.finished(),
                progress.fraction(),
                progress.blobs(),
                progress.bytes(),
                progress.damaged());
    }

    @Override
    public Pins pins() {
        return new Pins(
                Stream.concat(
                                disk.configuredPins().stream()
                                        .map(pin -> new Pin(pin.toString(), true)),
                                disk.addedPins().stream()
                                        .map(pin -> new Pin(pin.toString(), false)))
                        .toList());
    }

    @Override
    public Optional<Inspection> inspect(String image) throws IOException {
        List<ImagePull> pulls = reports.ended().latest(Reports.ENDED_MAX);
        return ImageCatalog.inspect(disk, ImageName.parse(image), pulls);
    }

    @Override
    public Config config() {
        return new Config(
                registries.now().config().shown().stream()
                        .map(shown -> new Setting(shown.key(), shown.value(), shown.isDefault()))
                        .toList());
    }
}
