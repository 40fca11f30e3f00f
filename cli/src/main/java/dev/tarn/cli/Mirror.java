package dev.tarn.cli;

import dev.tarn.admin.AdminServer;
import dev.tarn.admin.Health;
import dev.tarn.admin.MetricsPage;
import dev.tarn.config.Address;
import dev.tarn.config.TarnConfig;
import dev.tarn.http.RegistryHandler;
import dev.tarn.http.UpstreamTable;
import dev.tarn.http.netty.Limits;
import dev.tarn.http.netty.RegistryServer;
import dev.tarn.http.netty.ServerConfig;
import dev.tarn.http.netty.TlsFiles;
import dev.tarn.metrics.Listeners;
import dev.tarn.metrics.Metric;
import dev.tarn.metrics.Metrics;
import dev.tarn.metrics.PullLog;
import dev.tarn.oci.RegistryException.StoreFailed;
import dev.tarn.oci.RegistryHost;
import dev.tarn.pull.BlobPuller;
import dev.tarn.pull.ManifestPuller;
import dev.tarn.pull.PullListener;
import dev.tarn.pull.Upstream;
import dev.tarn.storage.DiskStore;
import dev.tarn.upstream.HttpUpstream;
import dev.tarn.upstream.Network;
import dev.tarn.upstream.ProxySettings;
import dev.tarn.upstream.UpstreamConfig;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.URI;
import java.nio.file.AccessDeniedException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// One mirror: everything there is, built in order and closed in reverse. Nothing is asked of an
/// upstream at the start, so that a dead one does not keep it from serving what it has.
final class Mirror implements AutoCloseable {

    private final Parts parts;
    private final DiskStore store;
    private final RegistryServer server;
    private final AdminServer admin;
    private final TarnConfig config;
    private volatile boolean isReady;

    /// Serves once this returns.
    static Mirror start(TarnConfig config, Map<String, String> environment) {
        Parts parts = new Parts();
        try {
            return new Mirror(config, environment, parts);
        } catch (IOException | IllegalArgumentException | StoreFailed e) {
            parts.close();
            throw new StartException(reason(e), e);
        } catch (RuntimeException e) {
            parts.close();
            throw e;
        }
    }

    private Mirror(TarnConfig config, Map<String, String> environment, Parts parts)
            throws IOException {
        this.config = config;
        this.parts = parts;
        Metrics metrics = parts.add(new Metrics());
        PullListener listener = new Listeners(List.of(new PullLog(), metrics.listener()));
        store = parts.add(openStore(config));
        Network network = parts.add(Network.open(ProxySettings.of(environment)));
        BlobPuller blobs =
                parts.add(
                        new BlobPuller(
                                store.blobs(), store.manifests(), config.download(), listener));
        watch(metrics, store, blobs);
        ManifestPuller manifests = new ManifestPuller(store.manifests(), blobs, new SteadyClock());
        admin =
                AdminServer.start(
                        host(config.admin()),
                        config.admin().port(),
                        new Health(() -> isReady, store::trouble),
                        new MetricsPage(Metrics.CONTENT_TYPE, metrics::page));
        parts.add(admin);
        server =
                RegistryServer.start(
                        new ServerConfig(
                                host(config.http().address()),
                                config.http().address().port(),
                                config.http()
                                        .tls()
                                        .map(tls -> new TlsFiles(tls.certificate(), tls.key())),
                                config.http().drainTimeout()),
                        limits(config.http().limits()),
                        new RegistryHandler(
                                table(config, network, metrics), blobs, manifests, listener));
        parts.add(server);
        if (config.http().tls().isEmpty()) {
            WarmUp.run(server.address());
        }
        isReady = true;
        network.prepareTls();
    }

    private static void watch(Metrics metrics, DiskStore store, BlobPuller blobs) {
        metrics.watch(Metric.RUNNING_DOWNLOADS, blobs::downloadCount);
        metrics.watch(Metric.STORE_BLOBS, store::blobCount);
        metrics.watch(Metric.STORE_BYTES, store::byteCount);
        metrics.watch(Metric.STORE_USED_BYTES, store::usedBytes);
        metrics.watch(Metric.STORE_CAPACITY_BYTES, store::capacity);
        metrics.watch(Metric.STORE_TROUBLE, () -> store.trouble().isPresent() ? 1 : 0);
        metrics.watch(Metric.EVICTED_BLOBS, store::evictedCount);
        metrics.watch(Metric.EVICTED_BYTES, store::evictedBytes);
        metrics.watch(Metric.DAMAGED_BLOBS, store::damagedCount);
        metrics.watch(Metric.SCRUB_PROGRESS, () -> store.scrubProgress().fraction());
    }

    private static Limits limits(TarnConfig.Share share) {
        return Limits.DEFAULT
                .withConnections(share.connections())
                .withClients(share.connectionsPerClient(), share.requestsPerClient())
                .withMinRate(share.minRateBytes());
    }

    private static DiskStore openStore(TarnConfig config) throws IOException {
        try {
            return DiskStore.open(config.rootDirectory(), config.store());
        } catch (IOException e) {
            throw new IOException("cannot keep a store in " + config.rootDirectory(), e);
        }
    }

    private static UpstreamTable table(TarnConfig config, Network network, Metrics metrics) {
        Map<RegistryHost, Upstream> upstreams = new LinkedHashMap<>();
        for (UpstreamConfig upstream : config.upstreams()) {
            upstreams.put(upstream.host(), metrics.metered(new HttpUpstream(upstream, network)));
        }
        Map<String, RegistryHost> hosts = new LinkedHashMap<>();
        config.hosts().forEach((alias, host) -> hosts.put(alias.text(), host));
        return new UpstreamTable(upstreams, hosts, config.defaultUpstream());
    }

    /// Every interface is `::` where there is IPv6, which takes IPv4 too.
    private static String host(Address address) throws IOException {
        if (!address.host().isEmpty()) {
            return address.host();
        }
        boolean hasIpv6 =
                NetworkInterface.networkInterfaces()
                        .flatMap(NetworkInterface::inetAddresses)
                        .anyMatch(Inet6Address.class::isInstance);
        return hasIpv6 ? "::" : "0.0.0.0";
    }

    /// An exception and what caused it, in one line.
    private static String reason(Throwable failure) {
        String text =
                failure instanceof AccessDeniedException denied
                        ? denied.getMessage() + " may not be written"
                        : String.valueOf(failure.getMessage());
        Throwable cause = failure.getCause();
        return cause == null ? text : text + ": " + reason(cause);
    }

    /// Where clients reach it from this machine.
    URI url() {
        return url(config.http().tls().isPresent() ? "https" : "http", server.address());
    }

    URI adminUrl() {
        return url("http", admin.address());
    }

    private static URI url(String scheme, InetSocketAddress address) {
        boolean isEverywhere = address.getAddress().isAnyLocalAddress();
        String host = isEverywhere ? "127.0.0.1" : address.getAddress().getHostAddress();
        return URI.create(scheme + "://" + new Address(host, address.getPort()));
    }

    /// What to know once it serves, in one line.
    String readyLine() {
        return String.format(
                Locale.ROOT,
                "tarn is ready on %s (admin %s), store %s with %d blobs of %.1f MB; Docker: %s",
                url(),
                adminUrl(),
                config.rootDirectory(),
                store.blobCount(),
                store.byteCount() / 1e6,
                "\"registry-mirrors\": [\"" + url() + "\"]");
    }

    /// Lets answers under way finish, and stops.
    @Override
    public void close() {
        isReady = false;
        parts.close();
    }
}
