package dev.tarn.cli;

import dev.tarn.admin.AdminConfig;
import dev.tarn.admin.AdminServer;
import dev.tarn.admin.Health;
import dev.tarn.admin.MetricsPage;
import dev.tarn.cli.image.ImageClient;
import dev.tarn.cli.image.Trial;
import dev.tarn.config.Address;
import dev.tarn.config.ConfigException;
import dev.tarn.config.ImageJob;
import dev.tarn.config.TarnConfig;
import dev.tarn.http.RegistryHandler;
import dev.tarn.http.netty.Limits;
import dev.tarn.http.netty.RegistryServer;
import dev.tarn.http.netty.ServerConfig;
import dev.tarn.http.netty.TlsFiles;
import dev.tarn.metrics.Listeners;
import dev.tarn.metrics.Metric;
import dev.tarn.metrics.Metrics;
import dev.tarn.metrics.PullLog;
import dev.tarn.oci.Digest;
import dev.tarn.oci.Manifest;
import dev.tarn.oci.ManifestParser;
import dev.tarn.oci.RegistryException.StoreFailed;
import dev.tarn.pull.BlobPuller;
import dev.tarn.pull.ManifestPuller;
import dev.tarn.pull.PullListener;
import dev.tarn.report.Failures;
import dev.tarn.report.History;
import dev.tarn.report.ImagePulls;
import dev.tarn.report.Reports;
import dev.tarn.storage.DiskStore;
import dev.tarn.tracing.Tracing;
import dev.tarn.upstream.Network;
import dev.tarn.upstream.ProxySettings;
import dev.tarn.upstream.UpstreamStatus;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.URI;
import java.nio.file.AccessDeniedException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One mirror: everything there is, built in order and closed in reverse. Nothing is asked of an
/// upstream at the start, so that a dead one does not keep it from serving what it has.
final class Mirror implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Mirror.class);

    /// Manifests are some kilobytes.
    private static final int FOLLOWED_BYTES_MAX = 256 << 10;

    private final Parts parts;
    private final DiskStore store;
    private final RegistryServer server;
    private final AdminServer admin;
    private final TarnConfig config;
    private final Registries registries;
    private final Gauges gauges;
    private final JobReport jobs;
    private final Schedule schedule;
    private volatile boolean isReady;
    private volatile boolean isConfigGood = true;

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
        store = parts.add(openStore(config));
        Network network = parts.add(Network.open(ProxySettings.of(environment)));
        registries = new Registries(config, network, metrics);
        PullLog log = new PullLog(config.log().style());
        Reports reports = parts.add(reports(metrics, log));
        List<PullListener> listeners = new ArrayList<>(List.of(log, metrics.listener()));
        listeners.addAll(reports.listeners());
        if (Tracing.isAskedFor(environment)) {
            listeners.add(parts.add(Tracing.start(environment)));
        }
        PullListener listener = new Listeners(listeners);
        BlobPuller blobs =
                parts.add(
                        new BlobPuller(
                                store.blobs(), store.manifests(), config.download(), listener));
        ManifestPuller manifests = new ManifestPuller(store.manifests(), blobs, new SteadyClock());
        jobs = new JobReport(metrics, InstantSource.system());
        schedule =
                new Schedule(
                        new Agenda(ZoneId.systemDefault(), RandomGenerator.getDefault()),
                        InstantSource.system(),
                        this::pull,
                        jobs);
        PushedImages pushes = new PushedImages(registries, manifests, schedule::add);
        MirrorApi api =
                new MirrorApi(
                        store,
                        blobs,
                        registries,
                        metrics,
                        reports,
                        Instant.now(),
                        () -> isReady,
                        () -> url().toString());
        admin =
                AdminServer.start(
                        new AdminConfig(
                                host(config.admin().address()),
                                config.admin().address().port(),
                                config.admin().token()),
                        new Health(() -> isReady, store::trouble),
                        new MetricsPage(Metrics.CONTENT_TYPE, metrics::page),
                        api,
                        new MirrorOperations(store, api, pushes));
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
                        new RegistryHandler(registries::table, blobs, manifests, listener));
        parts.add(server);
        gauges = new Gauges(metrics, registries);
        gauges.watch(store, blobs, reports, server);
        gauges.watch(pushes);
        metrics.watch(Metric.CONFIG_GOOD, () -> isConfigGood ? 1 : 0);
        Main.packagedVersion()
                .ifPresent(version -> metrics.watch(Metric.BUILD_INFO, () -> 1, version));
        if (config.http().tls().isEmpty()) {
            WarmUp.run(server.address());
        }
        isReady = true;
        parts.add(schedule);
        plan(config);
        schedule.start();
        network.prepareTls();
    }

    private void plan(TarnConfig config) {
        jobs.watch(config.jobs());
        schedule.replace(config.jobs());
    }

    /// As a client does, so that what is counted and logged of it is what clients see.
    private Trial pull(Errand errand) throws InterruptedException {
        boolean isKept = errand.job().kind() != ImageJob.Kind.CHECK;
        try (ImageClient client = ImageClient.ofThisProcess(url())) {
            return Trial.of(client, errand.image(), errand.platform(), isKept, (_, _) -> {})
                    .judged(errand.job().expectation());
        }
    }

    private Reports reports(Metrics metrics, PullLog log) {
        Reports.Ended ended = new Reports.Ended();
        InstantSource clock = InstantSource.system();
        ImagePulls pulls =
                new ImagePulls(
                        this::content,
                        host ->
                                registries
                                        .status(host)
                                        .map(UpstreamStatus::tokenTime)
                                        .orElse(Duration.ZERO),
                        pull -> {
                            ended.accept(pull);
                            metrics.ended(pull);
                            log.ended(pull);
                        },
                        clock,
                        System::nanoTime);
        return new Reports(pulls, ended, new Failures(clock), new History(metrics::totals, clock));
    }

    /// What is in a manifest that has just been served, and so is in memory. Event loops ask: one
    /// that would take them long is not looked into.
    private Manifest content(Digest digest) {
        return store.manifests()
                .recall(digest)
                .filter(manifest -> manifest.size() <= FOLLOWED_BYTES_MAX)
                .map(ManifestParser::parse)
                .orElseGet(Manifest.Opaque::new);
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

    /// Reads the configuration again and goes on as it says, without a word to those who are
    /// served. One that is wrong changes nothing. Called by one thread at a time.
    void reload(Supplier<TarnConfig> reading) {
        try {
            goOnWith(reading.get());
            isConfigGood = true;
        } catch (ConfigException e) {
            keep(e.problems());
        } catch (IllegalArgumentException e) {
            keep(List.of(reason(e)));
        }
    }

    private void goOnWith(TarnConfig next) {
        TarnConfig before = registries.now().config();
        TarnConfig config = before.goingOnWith(next);
        if (config.equals(before)) {
            LOG.info("the configuration says nothing new");
        } else {
            registries.replace(config);
            server.forgetRequests();
            gauges.watchUpstreams();
            plan(config);
            Log.setLevel(config.log().level());
            LOG.info(
                    "the configuration was read again, with {} upstreams",
                    config.upstreams().size());
        }
        before.waiting(next)
                .forEach(key -> LOG.warn("{}: takes effect when the mirror starts again", key));
    }

    private void keep(List<?> problems) {
        isConfigGood = false;
        problems.forEach(problem -> LOG.error("{}", problem));
        LOG.error("the configuration is wrong, and stays as it was");
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
