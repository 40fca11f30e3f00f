package dev.tarn.http.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Each limit at its edge, over a real socket.
class LimitsTest extends ServerFixture {

    private static final Duration SHORT = Duration.ofMillis(200);

    @Test
    void theDefaultsAreWhatTheDocumentationSays() {
        assertThat(Limits.DEFAULT)
                .isEqualTo(
                        new Limits(
                                8192,
                                32768,
                                100,
                                Duration.ofSeconds(10),
                                Duration.ofSeconds(120),
                                Duration.ofSeconds(1),
                                10_000,
                                1_000,
                                5_000,
                                2_500,
                                1_024,
                                Duration.ofSeconds(60)));
    }

    @ParameterizedTest
    @CsvSource({"8191, 200", "8192, 200", "8193, 414", "9000, 414", "60000, 414"})
    void aRequestLineHasALimit(int length, int status) throws IOException {
        String around = "GET / HTTP/1.1";
        String target = "/" + "a".repeat(length - around.length());

        assertAnswered(RawClient.get(target), status);
    }

    @ParameterizedTest
    @CsvSource({"32767, 200", "32768, 200", "32769, 431", "33000, 431", "200000, 431"})
    void headersHaveALimitInBytes(int bytes, int status) throws IOException {
        StringBuilder request = new StringBuilder("GET / HTTP/1.1\r\nHost: m\r\n");
        int left = bytes - "Host: m".length();
        while (left > 0) {
            int length = left <= 16_000 ? left : Math.min(left - 1_000, 15_000);
            request.append("X: ").append("a".repeat(length - 3)).append("\r\n");
            left -= length;
        }
        assertAnswered(request + "\r\n", status);
    }

    @ParameterizedTest
    @CsvSource({"99, 200", "100, 200", "101, 431", "1000, 431"})
    void headersHaveALimitInNumber(int count, int status) throws IOException {
        String more = "X: a\r\n".repeat(count - 1);

        assertAnswered("GET / HTTP/1.1\r\nHost: m\r\n" + more + "\r\n", status);
    }

    @ParameterizedTest
    @CsvSource({"4095, 200", "4096, 431"})
    void theHeadersThatMatterHaveALimitOfTheirOwn(int bytes, int status) throws IOException {
        String accept = "a".repeat(bytes);

        assertAnswered("GET / HTTP/1.1\r\nHost: m\r\nAccept: " + accept + "\r\n\r\n", status);
    }

    /// Each costs far more memory parsed than on the wire, so the end is not waited for.
    @Test
    void tooManyHeadersAreRefusedBeforeTheLast() throws IOException {
        RawClient client = client(serve(ECHO));

        client.send("GET / HTTP/1.1\r\nHost: m\r\n" + "X: a\r\n".repeat(100));

        assertThat(client.answer().status()).isEqualTo(431);
        assertThat(client.isClosed()).isTrue();
    }

    private void assertAnswered(String request, int status) throws IOException {
        RawClient client = client(serve(ECHO)).send(request);

        RawClient.Answer answer = client.answer();
        assertThat(answer.status()).isEqualTo(status);
        if (status == 200) {
            assertThat(client.ask("/next").status()).isEqualTo(200);
        } else {
            assertThat(answer.headers()).containsEntry("connection", "close");
            assertThat(answer.text()).startsWith("{\"errors\":[{\"code\":");
            assertThat(client.isClosed()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "G",
                "GET / HTTP/1.1",
                "GET / HTTP/1.1\r\n",
                "GET / HTTP/1.1\r\nHost: m\r\nX",
                "GET / HTTP/1.1\r\nHost: m\r\n",
                "\r\n"
            })
    void aHeadThatDoesNotArriveInTimeIsRefused(String part) throws IOException {
        Limits limits = Limits.DEFAULT.withTimes(SHORT, Duration.ofSeconds(60));
        RawClient client = client(serve(CONFIG, limits, ECHO)).send(part);

        assertThat(client.answer().status()).isEqualTo(408);
        assertThat(client.isClosed()).isTrue();
    }

    @Test
    void aHeadThatDripsDoesNotWinTime() throws Exception {
        Limits limits = Limits.DEFAULT.withTimes(SHORT, Duration.ofSeconds(60));
        RawClient client = client(serve(CONFIG, limits, ECHO)).send("GET / HTTP/1.1\r\n");
        while (!client.hears(Duration.ofMillis(20))) {
            client.send("X: a\r\n");
        }

        assertThat(client.head().status()).isEqualTo(408);
    }

    /// The first byte comes late, and wins no time.
    @Test
    void theFirstHeadHasItsTimeFromTheConnectionOn() throws Exception {
        Limits limits = Limits.DEFAULT.withTimes(Duration.ofSeconds(2), Duration.ofSeconds(60));
        RegistryServer server = serve(CONFIG, limits, ECHO);
        long start = System.nanoTime();
        RawClient client = client(server);
        assertThat(client.hears(Duration.ofMillis(1_500))).isFalse();

        client.send("GET / HTTP/1.1\r\n");

        assertThat(client.answer().status()).isEqualTo(408);
        Duration taken = Duration.ofNanos(System.nanoTime() - start);
        assertThat(taken).isLessThan(Duration.ofMillis(3_400)); // 3,500 if the first byte won it
        assertThat(client(server).isGone()).isTrue(); // who says nothing is not answered
    }

    @Test
    void aHandshakeHasNoMoreTimeThanAHead(@TempDir Path folder) throws Exception {
        Limits limits = Limits.DEFAULT.withTimes(SHORT, Duration.ofSeconds(60));
        RegistryServer server = serve(SelfSigned.in(folder).config(), limits, ECHO);
        RawClient client = client(server);
        await().untilAsserted(() -> {
            if (server.connected() > 0) {
                client.send("\u0016\u0003"); // the beginning of a handshake, again and again
            }
            assertThat(server.connected()).isZero();
        });
    }

    @Test
    void aConnectionWithoutARequestIsClosed() throws IOException {
        Limits limits = Limits.DEFAULT.withTimes(Duration.ofSeconds(60), SHORT);
        RegistryServer server = serve(CONFIG, limits, ECHO);

        assertThat(client(server).isClosed()).isTrue();
        RawClient used = client(server);
        assertThat(used.ask("/").status()).isEqualTo(200);
        assertThat(used.isClosed()).isTrue();
    }

    @Test
    void oneConnectionTooManyIsSentAwayAtOnce() throws IOException {
        RegistryServer server = serve(CONFIG, Limits.DEFAULT.withConnections(3), ECHO);
        RawClient first = client(server);
        assertThat(first.ask("/").status()).isEqualTo(200);
        assertThat(client(server).ask("/").status()).isEqualTo(200);
        assertThat(client(server).ask("/").status()).isEqualTo(200);

        RawClient fourth = client(server);
        RawClient.Answer away = fourth.answer();

        assertThat(away.status()).isEqualTo(503);
        assertThat(away.headers()).containsEntry("retry-after", "1");
        assertThat(away.text()).contains("TOOMANYREQUESTS");
        assertThat(fourth.isClosed()).isTrue();
        assertThat(server.turnedAway(ClientLimit.CONNECTIONS)).isEqualTo(1);
        assertThat(first.ask("/").status()).isEqualTo(200);
    }

    @Test
    void anUnfinishedHeadTooManyIsRefusedAndWholeOnesAreNot() throws IOException {
        Limits limits = Limits.DEFAULT.withUnfinishedHeads(1);
        RegistryServer.Loops oneLoop = new RegistryServer.Loops(Transport.best(), 1);
        RegistryServer server = opened(new RegistryServer(CONFIG, limits, ECHO, oneLoop));
        String start = "GET / HTTP/1.1\r\n";
        String end = "Host: m\r\n\r\n";
        RawClient first = client(server).send(start);

        RawClient.Answer away = client(server).send(start).answer();

        assertThat(away.status()).isEqualTo(503);
        assertThat(away.headers()).containsEntry("retry-after", "1");
        assertThat(client(server).ask("/").status()).isEqualTo(200);
        assertThat(first.send(end).answer().status()).isEqualTo(200);
        RawClient last = client(server).send(start);
        assertThat(last.send(end).answer().status()).isEqualTo(200);
        assertThat(server.turnedAway(ClientLimit.UNFINISHED_HEADS)).isEqualTo(1);
    }

    @Test
    void whoLeavesMakesRoom() throws IOException {
        RegistryServer server = serve(CONFIG, Limits.DEFAULT.withConnections(1), ECHO);
        RawClient first = client(server);
        assertThat(first.ask("/").status()).isEqualTo(200);
        first.close();

        await().untilAsserted(() -> {
            try (RawClient next = new RawClient(server.address())) {
                assertThat(next.ask("/").status()).isEqualTo(200);
            }
        });
    }
}
