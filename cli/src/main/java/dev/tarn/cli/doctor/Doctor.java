package dev.tarn.cli.doctor;

import dev.tarn.config.TarnConfig;
import dev.tarn.upstream.Network;
import dev.tarn.upstream.ProxySettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/// Looks at everything that a mirror with this configuration needs: this machine, and all upstreams
/// at once.
public final class Doctor {

    /// A name, a connection and TLS (3 s) and a silent answer (10 s) fit in, so that whoever is
    /// late is told by what.
    static final Duration PATIENCE = Duration.ofSeconds(15);

    private final Map<String, String> environment;
    private final Function<ProxySettings, Network> networks;
    private final FileSystems fileSystems;
    private final Duration patience;

    /// On this machine and its network.
    public Doctor(Map<String, String> environment) {
        this(environment, Network::open, new Statvfs(), PATIENCE);
    }

    Doctor(
            Map<String, String> environment,
            Function<ProxySettings, Network> networks,
            FileSystems fileSystems,
            Duration patience) {
        this.environment = environment;
        this.networks = networks;
        this.fileSystems = fileSystems;
        this.patience = patience;
    }

    /// What there is to say about this machine, the clock, and each upstream in the order of the
    /// configuration.
    public List<Finding> examine(TarnConfig config) throws InterruptedException {
        List<Finding> findings = new ArrayList<>(new Machine(config).findings());
        findings.addAll(new Ports(config).findings());
        findings.addAll(new StoreFolder(config, fileSystems).findings());
        ProxySettings proxies;
        try {
            proxies = ProxySettings.of(environment);
        } catch (IllegalArgumentException e) {
            String what = String.valueOf(e.getMessage());
            findings.add(
                    Finding.problem(
                            "HTTPS_PROXY", what, "write it as http://user:password@host:port"));
            return findings;
        }
        try (Network network = networks.apply(proxies)) {
            findings.addAll(upstreams(config, network));
        }
        return findings;
    }

    private List<Finding> upstreams(TarnConfig config, Network network)
            throws InterruptedException {
        List<UpstreamCheck> checks =
                config.upstreams().stream()
                        .flatMap(upstream ->
                                upstream.urls().stream()
                                        .map(url -> new UpstreamCheck(upstream, url, network)))
                        .toList();
        List<Finding> findings = new ArrayList<>();
        List<Clocks.Offset> offsets = new ArrayList<>();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        try {
            List<Future<UpstreamCheck.Result>> results =
                    threads.invokeAll(checks, patience.toMillis(), TimeUnit.MILLISECONDS);
            for (int i = 0; i < checks.size(); i++) {
                try {
                    UpstreamCheck.Result result = results.get(i).get();
                    findings.addAll(result.findings());
                    result.clockOffset().ifPresent(offsets::add);
                } catch (CancellationException e) {
                    findings.add(checks.get(i).late(patience));
                } catch (ExecutionException e) {
                    throw new IllegalStateException(checks.get(i).where(), e.getCause());
                }
            }
        } finally {
            threads.shutdownNow(); // and nobody waits for them
        }
        findings.addAll(Clocks.findings(offsets));
        return findings;
    }
}
