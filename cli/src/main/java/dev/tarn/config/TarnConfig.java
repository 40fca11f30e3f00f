package dev.tarn.config;

import dev.tarn.metrics.LogStyle;
import dev.tarn.oci.RegistryHost;
import dev.tarn.oci.Secret;
import dev.tarn.pull.DownloadConfig;
import dev.tarn.storage.Pin;
import dev.tarn.storage.StoreConfig;
import dev.tarn.upstream.UpstreamConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.event.Level;

/// Everything that one mirror is told.
///
/// @param rootDirectory the folder of the store
/// @param store how it looks after what it has, and how much it may have
/// @param defaultUpstream whom a request is for that does not say; one of `upstreams`
/// @param jobs what it pulls of itself, again and again
/// @param shown all of this, for people to see
/// @param hosts names under which clients reach an upstream here, besides its own here
public record TarnConfig(
        Http http,
        Admin admin,
        Path rootDirectory,
        StoreConfig store,
        RegistryHost defaultUpstream,
        List<UpstreamConfig> upstreams,
        Map<RegistryHost, RegistryHost> hosts,
        DownloadConfig download,
        Log log,
        Events events,
        List<ImageJob> jobs,
        List<Shown> shown) {

    public TarnConfig(
            Http http,
            Admin admin,
            Path rootDirectory,
            StoreConfig store,
            RegistryHost defaultUpstream,
            List<UpstreamConfig> upstreams,
            Map<RegistryHost, RegistryHost> hosts,
            DownloadConfig download,
            Log log,
            List<Shown> shown) {
        this(
                http,
                admin,
                rootDirectory,
                store,
                defaultUpstream,
                upstreams,
                hosts,
                download,
                log,
                Events.NONE,
                List.of(),
                shown);
    }

    /// Where and how clients are served.
    ///
    /// @param drainTimeout how long answers under way may take to finish when the mirror stops
    public record Http(Address address, Optional<Tls> tls, Duration drainTimeout, Share limits) {

        public Http(Address address, Optional<Tls> tls, Duration drainTimeout) {
            this(address, tls, drainTimeout, Share.USUAL);
        }
    }

    /// What clients may take, all of them or each.
    ///
    /// @param minRateBytes what a client must take of an answer in a second; 0 for nothing
    public record Share(
            int connections, int connectionsPerClient, int requestsPerClient, long minRateBytes) {
        static final Share USUAL = new Share(15_000, 5_000, 2_500, 1 << 10);
    }

    /// Where those who run the mirror reach it.
    ///
    /// @param token what they have to show; where there is none, they have to be on this machine
    public record Admin(Address address, Optional<Secret> token) {}

    /// What to do about what registries tell of.
    ///
    /// @param secret what they have to know; where there is none, nobody may tell
    /// @param prewarm what to pull once it has been pushed, for these platforms
    public record Events(Optional<Secret> secret, List<Pin> prewarm, List<String> platforms) {

        static final Events NONE = new Events(Optional.empty(), List.of(), List.of(Platform.own()));

        public Events {
            prewarm = List.copyOf(prewarm);
            platforms = List.copyOf(platforms);
        }
    }

    /// What is logged, and how.
    ///
    /// @param level from which on something is
    public record Log(Level level, LogStyle style) {}

    /// PEM files: the certificate chain, and its key.
    public record Tls(Path certificate, Path key) {}

    /// This, but with all that `next` says of what can change while the mirror runs.
    public TarnConfig goingOnWith(TarnConfig next) {
        Map<String, Shown> ours = new HashMap<>();
        shown.forEach(it -> ours.put(it.key(), it));
        return new TarnConfig(
                http,
                admin,
                rootDirectory,
                store,
                next.defaultUpstream,
                next.upstreams,
                next.hosts,
                download,
                new Log(next.log.level, log.style),
                next.events,
                next.jobs,
                next.shown.stream()
                        .map(it -> canChange(it.key()) ? it : ours.getOrDefault(it.key(), it))
                        .toList());
    }

    /// The keys of which `next` says something else that takes effect only when the mirror starts
    /// again.
    public List<String> waiting(TarnConfig next) {
        Set<Shown> ours = Set.copyOf(shown);
        Set<String> keys = new TreeSet<>();
        next.shown.stream()
                .filter(it -> !canChange(it.key()) && !ours.contains(it))
                .forEach(it -> keys.add(it.key()));
        if (!admin.token.equals(next.admin.token)) {
            keys.add("admin.token");
        }
        return List.copyOf(keys);
    }

    private static boolean canChange(String key) {
        return key.startsWith("upstreams")
                || key.startsWith("events.")
                || key.startsWith("prewarm.")
                || key.startsWith("checks.")
                || key.equals("default-upstream")
                || key.equals("docker-config")
                || key.equals("log.level");
    }

    public TarnConfig {
        upstreams = List.copyOf(upstreams);
        jobs = List.copyOf(jobs);
        shown = List.copyOf(shown);
        hosts = Collections.unmodifiableMap(new LinkedHashMap<>(hosts));
    }
}
