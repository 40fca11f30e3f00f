package dev.tarn.cli;

import dev.tarn.config.TarnConfig;
import dev.tarn.http.UpstreamTable;
import dev.tarn.metrics.Metrics;
import dev.tarn.oci.RegistryHost;
import dev.tarn.pull.Upstream;
import dev.tarn.upstream.HttpUpstream;
import dev.tarn.upstream.Network;
import dev.tarn.upstream.UpstreamConfig;
import dev.tarn.upstream.UpstreamStatus;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// The registries that the mirror stands for, as the configuration has them that is in force.
final class Registries {

    /// One state of all that can change while the mirror runs.
    ///
    /// @param upstreams in the order of the configuration
    record InForce(
            TarnConfig config, Map<RegistryHost, HttpUpstream> upstreams, UpstreamTable table) {}

    private final Network network;
    private final Metrics metrics;
    private volatile InForce now;

    Registries(TarnConfig config, Network network, Metrics metrics) {
        this.network = network;
        this.metrics = metrics;
        now = state(config, Map.of());
    }

    InForce now() {
        return now;
    }

    UpstreamTable table() {
        return now.table();
    }

    /// How an upstream is doing; empty where it is no longer one.
    Optional<UpstreamStatus> status(RegistryHost host) {
        return Optional.ofNullable(now.upstreams().get(host)).map(HttpUpstream::status);
    }

    /// Goes on as this says. Who is told the same as before goes over with all that he knows; what
    /// is under way with one that is no more goes on with that.
    void replace(TarnConfig config) {
        Map<UpstreamConfig, HttpUpstream> kept = new LinkedHashMap<>();
        for (UpstreamConfig upstream : now.config().upstreams()) {
            HttpUpstream known = now.upstreams().get(upstream.host());
            if (known != null) {
                kept.put(upstream, known);
            }
        }
        now = state(config, kept);
    }

    private InForce state(TarnConfig config, Map<UpstreamConfig, HttpUpstream> kept) {
        Map<RegistryHost, HttpUpstream> upstreams = new LinkedHashMap<>();
        Map<RegistryHost, Upstream> metered = new LinkedHashMap<>();
        for (UpstreamConfig told : config.upstreams()) {
            HttpUpstream known = kept.get(told);
            HttpUpstream upstream = known == null ? new HttpUpstream(told, network) : known;
            upstreams.put(told.host(), upstream);
            metered.put(told.host(), metrics.metered(upstream));
        }
        Map<String, RegistryHost> hosts = new LinkedHashMap<>();
        config.hosts().forEach((alias, host) -> hosts.put(alias.text(), host));
        return new InForce(
                config,
                Collections.unmodifiableMap(upstreams),
                new UpstreamTable(metered, hosts, config.defaultUpstream()));
    }
}
