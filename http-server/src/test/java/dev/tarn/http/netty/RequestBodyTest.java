package dev.tarn.http.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tarn.http.Handler;
import dev.tarn.http.RequestBody;
import dev.tarn.http.Response;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Bodies of requests, where a handler wants them.
class RequestBodyTest extends ServerFixture {

    private static final int MOST = 100_000;

    /// Says back what it was sent.
    private static final Handler PARROT =
            request ->
                    () -> {
                        try {
                            return Response.bytes(200, "text/plain", request.body().await(MOST));
                        } catch (RequestBody.Refused e) {
                            return Response.bytes(
                                    e.status(),
                                    "text/plain",
                                    ByteBuffer.wrap(
                                            String.valueOf(e.getMessage())
                                                    .getBytes(StandardCharsets.UTF_8)));
                        }
                    };

    private static String post(String headers) {
        return "POST / HTTP/1.1\r\nHost: m\r\n" + headers + "\r\n\r\n";
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 10, 8_192, 20_000, MOST})
    void aBodyComesWhole(int length) throws IOException {
        String body = "abcdefghij".repeat(MOST / 10).substring(0, length);
        RawClient client = client(serve(PARROT)).send(post("Content-Length: " + length)).send(body);

        assertThat(client.answer().text()).isEqualTo(body);
        assertThat(client.isClosed()).isTrue();
    }

    @Test
    void itMayComeWithItsHeadAndInPieces() throws IOException {
        RawClient client = client(serve(PARROT)).send(post("Content-Length: 6") + "ab");
        client.send("c").send("def");

        assertThat(client.answer().text()).isEqualTo("abcdef");
    }

    @Test
    void whatComesBehindItIsNoRequest() throws IOException {
        RawClient client =
                client(serve(PARROT)).send(post("Content-Length: 2") + "ab" + RawClient.get("/"));

        assertThat(client.answer().text()).isEqualTo("ab");
        assertThat(client.isClosed()).isTrue();
    }

    @Test
    void theSameHeadMayHaveAnotherBody() throws IOException {
        RegistryServer server = serve(PARROT);
        for (String body : new String[] {"one", "two", "two"}) {
            RawClient client = client(server).send(post("Content-Length: 3") + body);
            assertThat(client.answer().text()).isEqualTo(body);
        }
    }

    @Test
    void whoAsksFirstIsToldToGoOn() throws IOException {
        RawClient client =
                client(serve(PARROT)).send(post("Content-Length: 3\r\nExpect: 100-continue"));

        assertThat(client.head().status()).isEqualTo(100);
        assertThat(client.send("abc").answer().text()).isEqualTo("abc");
    }

    @ParameterizedTest
    @CsvSource({
        "Content-Length: 100001, 413",
        "Content-Length: 9999999999999, 413",
        "Transfer-Encoding: chunked, 411",
        "Content-Length: -1, 400",
        "Content-Length: x, 400"
    })
    void whatIsTooLongOrDoesNotSayIsRefusedBeforeItComes(String header, int status)
            throws IOException {
        RawClient client = client(serve(PARROT)).send(post(header));

        assertThat(client.answer().status()).isEqualTo(status);
        assertThat(client.isClosed()).isTrue();
    }

    @Test
    void twoLengthsAreRefused() throws IOException {
        String both = "Content-Length: 3\r\nTransfer-Encoding: chunked";

        assertThat(client(serve(PARROT)).send(post(both) + "abc").answer().status())
                .isGreaterThanOrEqualTo(400);
        assertThat(
                        client(serve(PARROT))
                                .send(post("Content-Length: 3\r\nContent-Length: 4") + "abcd")
                                .answer()
                                .status())
                .isEqualTo(400);
    }

    @Test
    void whatDoesNotComeInTimeIsRefused() throws IOException {
        Limits limits = Limits.DEFAULT.withTimes(Duration.ofMillis(200), Duration.ofSeconds(10));
        RawClient client =
                client(serve(CONFIG, limits, PARROT)).send(post("Content-Length: 3") + "ab");

        assertThat(client.answer().status()).isEqualTo(408);
        assertThat(client.isClosed()).isTrue();
    }

    @Test
    void aClientThatLeavesIsNotWaitedFor() throws Exception {
        CountDownLatch left = new CountDownLatch(1);
        RegistryServer server =
                serve(request ->
                        () -> {
                            try {
                                return PARROT.understand(request).answer();
                            } catch (InterruptedException e) {
                                left.countDown();
                                throw e;
                            }
                        });
        try (RawClient client = client(server)) {
            client.send(post("Content-Length: 3") + "ab");
            await().until(() -> server.answering() == 1);
        }

        left.await();
        await().untilAsserted(() -> assertThat(server.answering()).isZero());
    }

    @Test
    void oneThatNobodyWantsIsNotTaken() throws IOException {
        RawClient client =
                client(serve(ECHO)).send(post("Content-Length: 3") + "abc" + RawClient.get("/x"));

        assertThat(client.answer().text()).isEqualTo("POST /");
        assertThat(client.isClosed()).isTrue();
    }
}
