package dev.tarn.http.netty;

import java.time.Duration;
import java.util.Optional;

/// Where a server listens and how it stops.
///
/// @param port 0 for any free one
/// @param drainTimeout how long answers that are under way may take when the server closes
public record ServerConfig(String host, int port, Optional<TlsFiles> tls, Duration drainTimeout) {}
