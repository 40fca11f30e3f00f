package dev.tarn.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AdminServerTest {

    private final AtomicBoolean isReady = new AtomicBoolean();
    private final AtomicReference<@Nullable String> trouble = new AtomicReference<>();
    private final AdminServer server;
    private final HttpClient client = HttpClient.newHttpClient();

    AdminServerTest() throws IOException {
        server =
                AdminServer.start(
                        "127.0.0.1",
                        0,
                        new Health(isReady::get, () -> Optional.ofNullable(trouble.get())),
                        new MetricsPage("text/plain; version=0.0.4", () -> "tarn_x 1\n"));
    }

    @AfterEach
    void close() {
        client.close();
        server.close();
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /livez, true, 200, ok",
        "GET, /livez, false, 200, ok",
        "GET, /healthz, false, 200, ok",
        "GET, /readyz, true, 200, ok",
        "GET, /readyz, false, 503, not ready",
        "HEAD, /readyz, false, 503, ''",
        "HEAD, /livez, true, 200, ''",
        "GET, /metrics, false, 200, tarn_x 1",
        "HEAD, /metrics, true, 200, ''",
        "GET, /, true, 404, not found",
        "GET, /livez/, true, 404, not found",
        "GET, /v2/, true, 404, not found",
        "POST, /livez, true, 405, read only",
        "DELETE, /readyz, true, 405, read only"
    })
    void itTellsHowTheProcessFeels(
            String method, String path, boolean ready, int status, String text) throws Exception {
        isReady.set(ready);

        HttpResponse<String> answer = ask(method, path);

        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.body().strip()).isEqualTo(text);
    }

    @Test
    void aMirrorInTroubleIsReadyAndSaysWhatIsWrong() throws Exception {
        isReady.set(true);
        trouble.set("blobs cannot be written (No space left on device)");

        assertThat(ask("GET", "/readyz").statusCode()).isEqualTo(200);
        assertThat(ask("GET", "/readyz").body())
                .isEqualTo("degraded: blobs cannot be written (No space left on device)\n");

        trouble.set(null);
        assertThat(ask("GET", "/readyz").body()).isEqualTo("ok\n");
    }

    private HttpResponse<String> ask(String method, String path) throws Exception {
        return client.send(
                HttpRequest.newBuilder(
                                URI.create("http://127.0.0.1:" + server.address().getPort() + path))
                        .method(method, HttpRequest.BodyPublishers.noBody())
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }
}
