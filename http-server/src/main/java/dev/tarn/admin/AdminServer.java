package dev.tarn.admin;

import dev.tarn.http.Handler;
import dev.tarn.http.Question;
import dev.tarn.http.Request;
import dev.tarn.http.Response;
import dev.tarn.http.netty.Limits;
import dev.tarn.http.netty.RegistryServer;
import dev.tarn.http.netty.ServerConfig;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/// What those who run the mirror ask it: `/livez` (also `/healthz`), whether the process answers,
/// `/readyz`, whether it should be sent requests, and what is wrong meanwhile, and `/metrics`. On
/// an address of its own, so that it can be kept from clients, with the limits of the registry's
/// server but few connections.
public final class AdminServer implements AutoCloseable {

    private static final int CONNECTIONS_MAX = 100;
    private static final Duration DRAIN_TIMEOUT = Duration.ofSeconds(1);

    private final RegistryServer server;

    private AdminServer(RegistryServer server) {
        this.server = server;
    }

    /// Listens once this returns. Closed after the registry's server, it tells of its draining.
    public static AdminServer start(String host, int port, Health health, MetricsPage metrics)
            throws IOException {
        ServerConfig config = new ServerConfig(host, port, Optional.empty(), DRAIN_TIMEOUT);
        Limits limits = Limits.DEFAULT.withConnections(CONNECTIONS_MAX);
        return new AdminServer(
                RegistryServer.start(config, limits, new AdminHandler(health, metrics)));
    }

    public InetSocketAddress address() {
        return server.address();
    }

    @Override
    public void close() {
        server.close();
    }

    private record AdminHandler(Health health, MetricsPage metrics) implements Handler {
        @Override
        public Question understand(Request request) {
            return () -> answer(request);
        }

        private Response answer(Request request) {
            if (!request.method().equals("GET") && !request.isHead()) {
                return text(405, "read only").with("Allow", "GET, HEAD");
            }
            Response response =
                    switch (request.path()) {
                        case "/livez", "/healthz" -> text(200, "ok");
                        case "/readyz" ->
                                health.isReady().getAsBoolean()
                                        ? text(200, ready())
                                        : text(503, "not ready");
                        case "/metrics" -> bytes(200, metrics.contentType(), metrics.text().get());
                        default -> text(404, "not found");
                    };
            return request.isHead() ? response.withoutBody() : response;
        }

        /// A mirror with a broken disk still serves better than none.
        private String ready() {
            return health.trouble().get().map(what -> "degraded: " + what).orElse("ok");
        }

        private static Response text(int status, String line) {
            return bytes(status, "text/plain; charset=utf-8", line + "\n");
        }

        private static Response bytes(int status, String type, String text) {
            return Response.bytes(
                    status, type, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
        }
    }
}
