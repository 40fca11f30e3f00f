package dev.tarn.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.http.Request;
import dev.tarn.oci.Secret;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AdminServerTest {

    private final AtomicBoolean isReady = new AtomicBoolean();
    private final AtomicReference<@Nullable String> trouble = new AtomicReference<>();
    private final AdminServer server;
    private final HttpClient client = HttpClient.newHttpClient();

    AdminServerTest() throws IOException {
        server =
                AdminServer.start(
                        new AdminConfig("127.0.0.1", 0, Optional.empty()),
                        new Health(isReady::get, () -> Optional.ofNullable(trouble.get())),
                        new MetricsPage("text/plain; version=0.0.4", () -> "tarn_x 1\n"),
                        new FakeApi(),
                        new FakeApi());
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
        return client.send(request(method, path), HttpResponse.BodyHandlers.ofString());
    }

    private HttpRequest request(String method, String path) {
        return HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + server.address().getPort() + path))
                .method(method, HttpRequest.BodyPublishers.noBody())
                .build();
    }

    // Who may ask what.

    private static final Access OPEN = new Access(Optional.empty());
    private static final Access GUARDED = new Access(Optional.of(new Secret("0123456789abcdef")));

    private static Access.Verdict judge(Access access, String... headers) {
        Map<String, List<String>> all = new HashMap<>();
        for (int i = 0; i < headers.length; i += 2) {
            all.put(headers[i], List.of(headers[i + 1]));
        }
        return access.judge(Request.of("GET", "/api/v1/overview", all));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"localhost", "localhost:5001", "127.0.0.1:5001", "127.9.9.9", "[::1]:5001"})
    void withoutATokenThisMachineMayAskByItsOwnNames(String host) {
        assertThat(judge(OPEN, "Host", host)).isEqualTo(Access.Verdict.GRANTED);
        assertThat(judge(OPEN, "Host", host, "Origin", "http://" + host))
                .isEqualTo(Access.Verdict.GRANTED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "evil.example",
                "evil.example:5001",
                "192.0.2.1:5001",
                "localhost.evil.example",
                "127.0.0.1.evil.example",
                "user@localhost",
                "",
                "[",
                "localhost:x"
            })
    void aNameThatSomebodyElseGaveThisMachineIsNotTaken(String host) {
        assertThat(judge(OPEN, "Host", host)).isEqualTo(Access.Verdict.FOREIGN);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://evil.example",
                "null",
                "http://localhost:5002",
                "http://localhost",
                "file://localhost:5001",
                ""
            })
    void aPageOfSomebodyElseMayAskNothing(String origin) {
        assertThat(judge(OPEN, "Host", "localhost:5001", "Origin", origin))
                .isEqualTo(Access.Verdict.FOREIGN);
        assertThat(
                        judge(
                                GUARDED,
                                "Host",
                                "localhost:5001",
                                "Origin",
                                origin,
                                "Authorization",
                                "Bearer 0123456789abcdef"))
                .isEqualTo(Access.Verdict.FOREIGN);
    }

    @ParameterizedTest
    @CsvSource({
        "Bearer 0123456789abcdef, GRANTED",
        "bearer 0123456789abcdef, GRANTED",
        "Bearer 0123456789abcde, UNKNOWN",
        "Bearer 0123456789abcdeff, UNKNOWN",
        "Basic 0123456789abcdef, UNKNOWN",
        "0123456789abcdef, UNKNOWN",
        "Bearer, UNKNOWN",
        "'', UNKNOWN"
    })
    void withATokenWhoeverShowsItMayAskByAnyName(String shown, Access.Verdict verdict) {
        assertThat(judge(GUARDED, "Host", "tarn.example", "Authorization", shown))
                .isEqualTo(verdict);
    }

    @ParameterizedTest
    @CsvSource({
        "overview, \"version\":\"1\"",
        "history, \"at\":\"2026-01-02T03:04:05Z\"",
        "pulls, \"size\":null",
        "pulls?limit=0, \"ended\":[]",
        "failures, \"reason\":\"broken\"",
        "images?limit=3, \"logicalBytes\":3",
        "upstreams, \"limit\":2",
        "store, \"progress\":0.5",
        "config, \"key\":\"http.addr\""
    })
    void theApiTellsInJson(String call, String part) throws Exception {
        HttpResponse<String> answer = ask("GET", "/api/v1/" + call);

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("content-type")).contains("application/json");
        assertThat(answer.headers().firstValue("cache-control")).contains("no-store");
        assertThat(answer.body()).contains(part).doesNotContain("\n");
    }

    @ParameterizedTest
    @CsvSource({
        "/api/v1/pulls?limit=x, 400",
        "/api/v1/pulls?limit=-1, 400",
        "/api/v1/nothing, 404",
        "/api/v1/, 404",
        "/api/v2/overview, 404",
        "/ui/../AdminServer.class, 404",
        "/%2e%2e/AdminServer.class, 404",
        "/AdminServer.class, 404",
        "/vendor/../../AdminServer.class, 404",
        "/vendor/NOTICE, 404"
    })
    void whatIsNotThereIsSaidToBeNot(String path, int status) throws Exception {
        assertThat(ask("GET", path).statusCode()).isEqualTo(status);
    }

    @Test
    void whatIsToBeDoneIsAskedForByAnotherMethod() throws Exception {
        assertThat(ask("GET", "/api/v1/scrub").body()).contains("\"isRunning\":false");
        assertThat(ask("POST", "/api/v1/scrub").body()).contains("\"isRunning\":true");
        assertThat(ask("HEAD", "/api/v1/scrub").statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({
        "POST, /api/v1/overview, 'GET, HEAD'",
        "DELETE, /api/v1/scrub, 'GET, HEAD, POST'",
        "PUT, /, 'GET, HEAD'",
        "DELETE, /metrics, 'GET, HEAD'"
    })
    void anotherMethodIsRefusedWithThoseThatThereAre(String method, String path, String allowed)
            throws Exception {
        HttpResponse<String> answer = ask(method, path);

        assertThat(answer.statusCode()).isEqualTo(405);
        assertThat(answer.headers().firstValue("allow")).contains(allowed);
    }

    @Test
    void aPageOfSomebodyElseMayDoNothing() throws Exception {
        HttpRequest request =
                HttpRequest.newBuilder(request("POST", "/api/v1/scrub"), (_, _) -> true)
                        .header("Origin", "http://evil.example")
                        .build();

        assertThat(client.send(request, HttpResponse.BodyHandlers.ofString()).statusCode())
                .isEqualTo(403);
    }

    @ParameterizedTest
    @CsvSource({
        "/, text/html; charset=utf-8",
        "/index.html, text/html; charset=utf-8",
        "/app.js, text/javascript; charset=utf-8",
        "/views/live.js, text/javascript; charset=utf-8",
        "/styles/base.css, text/css; charset=utf-8",
        "/favicon.svg, image/svg+xml"
    })
    void theDashboardIsServedUnderAStrictPolicy(String path, String type) throws Exception {
        HttpResponse<String> answer = ask("GET", path);

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("content-type")).contains(type);
        assertThat(answer.headers().firstValue("x-content-type-options")).contains("nosniff");
        assertThat(answer.headers().firstValue("content-security-policy").orElseThrow())
                .startsWith("default-src 'none'; script-src 'self';")
                .doesNotContain("unsafe");
    }

    @Test
    void whatHappensIsToldAsItHappens() throws Exception {
        isReady.set(true);
        HttpResponse<InputStream> answer =
                client.send(
                        request("GET", "/api/v1/events"),
                        HttpResponse.BodyHandlers.ofInputStream());

        assertThat(answer.headers().firstValue("content-type")).contains("text/event-stream");
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8))) {
            assertThat(lines.readLine()).isEqualTo("event: overview");
            assertThat(lines.readLine()).startsWith("data: {\"version\":\"1\"");
            assertThat(lines.readLine()).isEmpty();
            assertThat(lines.readLine()).isEqualTo("event: pulls");
            assertThat(lines.readLine()).startsWith("data: {\"running\":[{\"id\":7");
            assertThat(lines.readLine()).isEmpty();
            assertThat(lines.readLine()).isEqualTo("event: overview");
            isReady.set(false);
            assertThat(lines.lines().filter(line -> line.startsWith("event"))).hasSizeLessThan(10);
        }
    }
}
