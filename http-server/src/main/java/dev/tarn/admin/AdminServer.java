package dev.tarn.admin;

import dev.tarn.http.netty.Limits;
import dev.tarn.http.netty.RegistryServer;
import dev.tarn.http.netty.ServerConfig;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;

/// The port for those who run the mirror: `/livez` (also `/healthz`), whether the process answers,
/// `/readyz`, whether it should be sent requests, and what is wrong meanwhile, `/metrics`, the API
/// below `/api/v1` and the dashboard. On an address of its own, so that it can be kept from
/// clients, with the limits of the registry's server but few connections.
public final class AdminServer implements AutoCloseable {

    private static final int CONNECTIONS_MAX = 100;
    private static final Duration DRAIN_TIMEOUT = Duration.ofSeconds(1);

    private final RegistryServer server;

    private AdminServer(RegistryServer server) {
        this.server = server;
    }

    /// Listens once this returns. Closed after the registry's server, it tells of its draining.
    public static AdminServer start(
            AdminConfig config, Health health, MetricsPage metrics, Api api, Operations operations)
            throws IOException {
        ServerConfig socket =
                new ServerConfig(config.host(), config.port(), Optional.empty(), DRAIN_TIMEOUT);
        Limits limits = Limits.DEFAULT.withConnections(CONNECTIONS_MAX);
        return new AdminServer(
                RegistryServer.start(
                        socket,
                        limits,
                        new AdminHandler(
                                health, metrics, api, operations, new Access(config.token()))));
    }

    public InetSocketAddress address() {
        return server.address();
    }

    @Override
    public void close() {
        server.close();
    }
}
