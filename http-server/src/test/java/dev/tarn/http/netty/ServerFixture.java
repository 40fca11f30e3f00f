package dev.tarn.http.netty;

import dev.tarn.http.Handler;
import dev.tarn.http.Response;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;

/// Starts servers and clients, and closes them when the test ends.
abstract class ServerFixture {

    static final Handler ECHO =
            request ->
                    () ->
                            Response.bytes(
                                    200,
                                    "text/plain",
                                    ByteBuffer.wrap(
                                            (request.method() + " " + request.path())
                                                    .getBytes(StandardCharsets.UTF_8)));

    static final ServerConfig CONFIG =
            new ServerConfig("127.0.0.1", 0, Optional.empty(), Duration.ofSeconds(10));

    private final List<AutoCloseable> open = new ArrayList<>();

    RegistryServer serve(Handler handler) throws IOException {
        return serve(CONFIG, Limits.DEFAULT, handler);
    }

    RegistryServer serve(ServerConfig config, Limits limits, Handler handler) throws IOException {
        return opened(RegistryServer.start(config, limits, handler));
    }

    RawClient client(RegistryServer server) throws IOException {
        return opened(new RawClient(server.address()));
    }

    <T extends AutoCloseable> T opened(T closeable) {
        open.addLast(closeable);
        return closeable;
    }

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable closeable : open.reversed()) {
            closeable.close();
        }
    }
}
