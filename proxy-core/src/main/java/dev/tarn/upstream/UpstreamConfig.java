package dev.tarn.upstream;

import dev.tarn.oci.RegistryHost;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// One registry that we copy.
///
/// @param host the name by which clients know it
/// @param urls where it is, in the order in which it is asked there: scheme, host, optional port,
///   and nothing else; `http` only where the user said `insecure`
/// @param tagTtl how long a tag is fresh
/// @param negativeTtl how long it is taken not to have what it said that it does not have
/// @param rateLimitReserve how many more pulls it must permit, as it says itself, for tags to be
///   looked at as often as `tagTtl` says
/// @param ca a PEM file of certificate authorities that are trusted besides the system's
/// @param credentials whom we are there; empty for anonymous
/// @param allowedHosts hosts (`name` or `name:port`) beyond the registry's own domain that may be
///   asked for tokens, and that a redirect may lead to even where their addresses are private
/// @param connections the most connections to it for blobs at once
public record UpstreamConfig(
        RegistryHost host,
        List<URI> urls,
        Duration tagTtl,
        Duration negativeTtl,
        int rateLimitReserve,
        Optional<Path> ca,
        Optional<Credentials> credentials,
        List<String> allowedHosts,
        int connections) {

    public static final Duration TAG_TTL = Duration.ofSeconds(60);
    public static final Duration NEGATIVE_TTL = Duration.ofSeconds(5);
    public static final int RATE_LIMIT_RESERVE = 10;
    public static final int CONNECTIONS = 32;

    public UpstreamConfig {
        if (urls.isEmpty()) {
            throw new IllegalArgumentException(host + " is nowhere");
        }
        urls = List.copyOf(urls);
        allowedHosts = List.copyOf(allowedHosts);
    }

    /// A registry under its own name, anonymously: all that most need.
    public static UpstreamConfig of(RegistryHost host, URI url) {
        return new UpstreamConfig(
                host,
                List.of(url),
                TAG_TTL,
                NEGATIVE_TTL,
                RATE_LIMIT_RESERVE,
                Optional.empty(),
                Optional.empty(),
                List.of(),
                CONNECTIONS);
    }
}
