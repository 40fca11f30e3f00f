package dev.tarn.config;

import dev.tarn.oci.RegistryHost;
import dev.tarn.pull.DownloadConfig;
import dev.tarn.storage.Budget;
import dev.tarn.upstream.UpstreamConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.event.Level;

/// Everything that one mirror is told.
///
/// @param admin where the health checks are answered
/// @param defaultUpstream whom a request is for that does not say; one of `upstreams`
/// @param hosts names under which clients reach an upstream here, besides its own here
/// @param logLevel from which level on something is logged
public record TarnConfig(
        Http http,
        Address admin,
        Storage storage,
        RegistryHost defaultUpstream,
        List<UpstreamConfig> upstreams,
        Map<RegistryHost, RegistryHost> hosts,
        DownloadConfig download,
        Level logLevel) {

    /// Where and how clients are served.
    ///
    /// @param drainTimeout how long answers under way may take to finish when the mirror stops
    public record Http(Address address, Optional<Tls> tls, Duration drainTimeout) {}

    /// PEM files: the certificate chain, and its key.
    public record Tls(Path certificate, Path key) {}

    /// What is kept, and where.
    ///
    /// @param rootDirectory the folder of the store
    public record Storage(Path rootDirectory, Budget budget) {}

    public TarnConfig {
        upstreams = List.copyOf(upstreams);
        hosts = Collections.unmodifiableMap(new LinkedHashMap<>(hosts));
    }
}
