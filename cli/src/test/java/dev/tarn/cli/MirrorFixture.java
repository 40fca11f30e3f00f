package dev.tarn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.config.Address;
import dev.tarn.config.TarnConfig;
import dev.tarn.metrics.LogStyle;
import dev.tarn.oci.RegistryHost;
import dev.tarn.pull.DownloadConfig;
import dev.tarn.storage.StoreConfig;
import dev.tarn.upstream.FakeRegistry;
import dev.tarn.upstream.UpstreamConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.event.Level;

/// One whole mirror in this process, on ports that the system chooses. It can be stopped, and
/// started again over the same store.
public final class MirrorFixture implements AutoCloseable {

    /// So small that a blob of some hundred kilobytes comes in many chunks, over four connections.
    public static final DownloadConfig SMALL_CHUNKS =
            new DownloadConfig(64 << 10, 4, 64, 1L << 30, Duration.ofSeconds(60));

    private static final Pattern BLOBS = Pattern.compile("with ([0-9,]+) blobs");
    private static final Address ANY_PORT = new Address("127.0.0.1", 0);

    private final TarnConfig config;
    private final Map<String, String> environment;
    private Mirror mirror;

    /// @param hosts names under which clients reach an upstream, besides its own
    /// @param upstreams the first is the default
    public MirrorFixture(
            Path root,
            DownloadConfig download,
            Map<RegistryHost, RegistryHost> hosts,
            List<UpstreamConfig> upstreams) {
        this(root, download, hosts, upstreams, LogStyle.TEXT, Map.of());
    }

    private MirrorFixture(
            Path root,
            DownloadConfig download,
            Map<RegistryHost, RegistryHost> hosts,
            List<UpstreamConfig> upstreams,
            LogStyle style,
            Map<String, String> environment) {
        this.environment = environment;
        config =
                new TarnConfig(
                        new TarnConfig.Http(ANY_PORT, Optional.empty(), Duration.ofSeconds(1)),
                        new TarnConfig.Admin(ANY_PORT, Optional.empty()),
                        root,
                        StoreConfig.DEFAULT,
                        upstreams.getFirst().host(),
                        upstreams,
                        hosts,
                        download,
                        new TarnConfig.Log(Level.INFO, style),
                        List.of());
        mirror = Mirror.start(config, environment);
    }

    public static MirrorFixture start(Path root, UpstreamConfig... upstreams) {
        return new MirrorFixture(root, SMALL_CHUNKS, Map.of(), List.of(upstreams));
    }

    /// One that logs pulls like this.
    static MirrorFixture logging(Path root, LogStyle style, UpstreamConfig upstream) {
        return new MirrorFixture(root, SMALL_CHUNKS, Map.of(), List.of(upstream), style, Map.of());
    }

    /// One with variables set.
    static MirrorFixture within(
            Map<String, String> environment, Path root, UpstreamConfig upstream) {
        return new MirrorFixture(
                root, SMALL_CHUNKS, Map.of(), List.of(upstream), LogStyle.TEXT, environment);
    }

    /// A registry as an upstream that clients know under this name.
    public static UpstreamConfig upstream(String host, FakeRegistry registry) {
        return upstream(host, registry, UpstreamConfig.TAG_TTL);
    }

    /// As `upstream`, with tags that are stale at once.
    public static UpstreamConfig staleUpstream(String host, FakeRegistry registry) {
        return upstream(host, registry, Duration.ZERO);
    }

    /// What it does not have may be there a moment later: tests are quick.
    private static UpstreamConfig upstream(String host, FakeRegistry registry, Duration tagTtl) {
        return new UpstreamConfig(
                new RegistryHost(host),
                List.of(registry.uri()),
                tagTtl,
                Duration.ZERO,
                UpstreamConfig.RATE_LIMIT_RESERVE,
                Optional.empty(),
                Optional.empty(),
                List.of(),
                UpstreamConfig.CONNECTIONS);
    }

    public PullClient client() {
        return new PullClient(mirror.url());
    }

    /// Of those who run it.
    public PullClient admin() {
        return new PullClient(mirror.adminUrl());
    }

    public void stop() {
        mirror.close();
    }

    public void restart() {
        stop();
        mirror = Mirror.start(config, environment);
    }

    /// How many blobs the mirror says that it has.
    public long blobCount() {
        Matcher count = BLOBS.matcher(mirror.readyLine());
        assertThat(count.find()).as(mirror.readyLine()).isTrue();
        return Long.parseLong(count.group(1).replace(",", ""));
    }

    @Override
    public void close() {
        stop();
    }
}
