package dev.tarn.admin;

import static dev.tarn.admin.FakePushReceiver.SECRET;
import static dev.tarn.admin.push.PushReceiver.Result.IGNORED;
import static dev.tarn.admin.push.PushReceiver.Result.MALFORMED;
import static dev.tarn.admin.push.PushReceiver.Result.REFUSED;
import static dev.tarn.admin.push.PushReceiver.Result.TAKEN;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.admin.push.PushSecret;
import dev.tarn.oci.Secret;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Registries tell of pushes: over sockets, to an admin server that has a token of its own.
@Timeout(60)
class PushCallTest {

    private static final String QUAY =
            "{\"docker_url\": \"quay.io/a/b\", \"repository\": \"a/b\", \"updated_tags\": [\"v1\"]}";

    /// Of `QUAY`, under the secret.
    private static final String SIGNED =
            "sha256=4f9cdd8b13eae513ee055deec04cb6f3612488a200f7d069936350bfaba2d2d6";

    private final FakeApi api = new FakeApi();
    private final FakePushReceiver receiver = api.pushes;
    private final AdminServer server;
    private final HttpClient client = HttpClient.newHttpClient();

    PushCallTest() throws IOException {
        server =
                AdminServer.start(
                        new AdminConfig(
                                "127.0.0.1", 0, Optional.of(new Secret("admin-token-0123"))),
                        new Health(() -> true, Optional::empty),
                        new MetricsPage("text/plain", () -> ""),
                        api,
                        api);
    }

    @AfterEach
    void close() {
        client.close();
        server.close();
    }

    private HttpResponse<String> post(String query, byte[] body, String... headers)
            throws Exception {
        String address = "http://127.0.0.1:" + server.address().getPort() + "/api/v1/events";
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(address + query))
                        .POST(HttpRequest.BodyPublishers.ofByteArray(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> post(String query, String body, String... headers)
            throws Exception {
        return post(query, body.getBytes(StandardCharsets.UTF_8), headers);
    }

    @Test
    void whoKnowsTheSecretIsHeardAndToldWhatBecameOfIt() throws Exception {
        HttpResponse<String> answer = post("", QUAY, "Authorization", "Bearer " + SECRET);

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body())
                .isEqualTo(
                        "{\"sender\":\"quay\",\"pushes\":[{\"image\":\"quay.io/a/b:v1\",\"isTaken\":true,\"reason\":null}]}");
        assertThat(receiver.received()).containsExactly("quay.io/a/b:v1");
        assertThat(receiver.counted()).containsExactly(TAKEN);
    }

    @Test
    void theSecretMayBeASignatureOrInTheUrl() throws Exception {
        assertThat(post("", QUAY, PushSecret.SIGNATURE, SIGNED).statusCode()).isEqualTo(200);
        assertThat(post("?token=" + SECRET, QUAY).statusCode()).isEqualTo(200);
        assertThat(post("", QUAY, "Authorization", SECRET).statusCode()).isEqualTo(200);
        assertThat(receiver.received()).hasSize(3);
    }

    @Test
    void aWrongSignatureIsA401AndCounts() throws Exception {
        HttpResponse<String> answer = post("", QUAY + " ", PushSecret.SIGNATURE, SIGNED);

        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.body()).doesNotContain(SECRET);
        assertThat(receiver.received()).isEmpty();
        assertThat(receiver.counted()).containsExactly(REFUSED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "?token=", "?token=wrong", "?upstream=quay.io"})
    void whoDoesNotKnowTheSecretIsA401AndCounts(String query) throws Exception {
        assertThat(post(query, QUAY).statusCode()).isEqualTo(401);
        assertThat(post(query, QUAY, "Authorization", "Bearer admin-token-0123").statusCode())
                .isEqualTo(401);
        assertThat(receiver.received()).isEmpty();
        assertThat(receiver.counted()).containsExactly(REFUSED, REFUSED);
    }

    @Test
    void withoutASecretNobodyIsHeardAndItIsSaidWhatToDo() throws Exception {
        receiver.forgetSecret();
        HttpResponse<String> answer = post("?token=", QUAY);

        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(answer.body()).contains("events.secret has to be set");
        assertThat(receiver.received()).isEmpty();
    }

    @Test
    void whatIsIgnoredSaysWhy() throws Exception {
        HttpResponse<String> answer = post("?upstream=foreign&token=" + SECRET, QUAY);

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).contains("\"isTaken\":false,\"reason\":\"nobody knows it\"");
        assertThat(receiver.counted()).containsExactly(IGNORED);
    }

    @Test
    void whatTellsOfNoPushIsIgnored() throws Exception {
        assertThat(post("?token=" + SECRET, "{\"events\": []}").statusCode()).isEqualTo(200);
        assertThat(receiver.counted()).containsExactly(IGNORED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "{\"events\": 7}", "{}"})
    void whatCannotBeReadIsA400AndCounts(String body) throws Exception {
        HttpResponse<String> answer = post("?token=" + SECRET, body);

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).startsWith("{\"status\":400,\"message\":\"");
        assertThat(receiver.counted()).containsExactly(MALFORMED);
    }

    @Test
    void aBodyThatIsTooLargeIsA413() throws Exception {
        byte[] large = new byte[Calls.BODY_BYTES_MAX + 1];

        assertThat(post("?token=" + SECRET, large).statusCode()).isEqualTo(413);
    }

    @Test
    void theTokenOfTheApiIsNotAskedForButOnlyHere() throws Exception {
        assertThat(post("?token=" + SECRET, QUAY).statusCode()).isEqualTo(200);

        URI scrub =
                URI.create(
                        "http://127.0.0.1:"
                                + server.address().getPort()
                                + "/api/v1/scrub?token="
                                + SECRET);
        HttpRequest request =
                HttpRequest.newBuilder(scrub).POST(HttpRequest.BodyPublishers.noBody()).build();
        assertThat(client.send(request, HttpResponse.BodyHandlers.ofString()).statusCode())
                .isEqualTo(401);
    }

    /// Nothing that anybody can send makes the server fail.
    @Test
    void nonsenseIsNeverAFailureOfOurs() throws Exception {
        Random random = new Random(11);
        for (int i = 0; i < 300; i++) {
            byte[] body = QUAY.getBytes(StandardCharsets.UTF_8);
            for (int j = 0; j < 1 + random.nextInt(4); j++) {
                body[random.nextInt(body.length)] = (byte) random.nextInt(256);
            }
            assertThat(post("?token=" + SECRET, body).statusCode()).isIn(200, 400);
        }
    }
}
