package dev.tarn.http.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.tarn.http.Response;
import dev.tarn.http.Response.Sent;
import dev.tarn.http.netty.RegistryServer.Loops;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RegistryServerTest extends ServerFixture {

    private static final int MIB = 1 << 20;

    // Requests and connections.

    @Test
    void pipelinedRequestsAreAnsweredInOrder() throws IOException {
        StringBuilder requests = new StringBuilder();
        for (int i = 0; i < 2_000; i++) {
            requests.append(RawClient.get("/" + i));
        }
        RawClient client = client(serve(ECHO));
        Thread.ofVirtual()
                .start(() -> {
                    try {
                        client.send(requests.toString());
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });

        for (int i = 0; i < 2_000; i++) {
            assertThat(client.answer().text()).isEqualTo("GET /" + i);
        }
    }

    @Test
    void aHeadHasNoBody() throws IOException {
        RegistryServer server =
                serve(request -> () -> ECHO.understand(request).answer().withoutBody());
        RawClient client = client(server).send(RawClient.get("/").replace("GET", "HEAD").repeat(2));

        assertThat(client.head().headers()).containsEntry("content-length", "6");
        assertThat(client.head().status()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({
        "HTTP/1.1, keep-alive, true,",
        "HTTP/1.1, x, true,",
        "HTTP/1.1, close, false, close",
        "HTTP/1.0, x, false, close",
        "HTTP/1.0, keep-alive, true, keep-alive"
    })
    void aConnectionIsKeptAsTheClientAsks(
            String version, String connection, boolean isKept, String answered) throws IOException {
        String request =
                "GET / " + version + "\r\nHost: m\r\nConnection: " + connection + "\r\n\r\n";
        RawClient client = client(serve(ECHO)).send(request);

        assertThat(client.answer().headers().get("connection")).isEqualTo(answered);
        if (isKept) {
            assertThat(client.ask("/").status()).isEqualTo(200);
        } else {
            assertThat(client.isClosed()).isTrue();
        }
    }

    @Test
    void aHandlerThatIsBrokenCostsOneConnection() throws IOException {
        RegistryServer server =
                serve(request ->
                        () -> {
                            if (request.path().equals("/bug")) {
                                throw new IllegalStateException("a bug, on purpose");
                            }
                            return ECHO.understand(request).answer();
                        });

        assertThat(client(server).send(RawClient.get("/bug")).isClosed()).isTrue();
        assertThat(client(server).ask("/").status()).isEqualTo(200);
    }

    @Test
    void aHandlerThatDiesOfAnErrorIsNotWaitedFor() throws IOException {
        RegistryServer server =
                serve(_ ->
                        () -> {
                            throw new StackOverflowError("an error, on purpose");
                        });

        assertThat(client(server).send(RawClient.get("/")).isClosed()).isTrue();
        await().dontCatchUncaughtExceptions() // it dies of one, and maybe only now
                .untilAsserted(() -> assertThat(server.answering()).isZero());
    }

    @Test
    void anAddressInUseIsNamed() throws IOException {
        int port = serve(ECHO).address().getPort();
        ServerConfig same = new ServerConfig("127.0.0.1", port, Optional.empty(), Duration.ZERO);

        assertThatThrownBy(() -> RegistryServer.start(same, ECHO).close())
                .isInstanceOf(IOException.class)
                .hasMessage("cannot listen on 127.0.0.1:" + port)
                .hasRootCauseInstanceOf(IOException.class);
    }

    // Bodies.

    @ParameterizedTest
    @CsvSource({
        "epoll, true",
        "epoll, false",
        "nio, true",
        "nio, false",
    })
    void aBlobIsSentInPieces(String transport, boolean hasFile, @TempDir Path folder)
            throws IOException {
        PatternContent content = new PatternContent(3 * MIB + 12_345);
        if (hasFile) {
            content.inFile(folder.resolve("blob"));
        }
        RegistryServer server =
                opened(
                        new RegistryServer(
                                CONFIG,
                                Limits.DEFAULT,
                                content,
                                new Loops(
                                        transport.equals("nio")
                                                ? Transport.nio()
                                                : Transport.epoll(),
                                        1)));
        RawClient client = client(server);

        for (int i = 1; i <= 2; i++) {
            client.send(RawClient.get("/"));
            assertPattern(client, 3 * MIB + 12_345);
            int times = i;
            await().until(() -> content.sent.size() == times);
        }

        assertThat(content.sent)
                .containsExactly(
                        new Sent(3 * MIB + 12_345, true), new Sent(3 * MIB + 12_345, true));
        assertThat(content.closes).hasValue(2);
        assertThat(content.reads.get()).matches(reads -> hasFile == (reads == 0));
        if (hasFile) {
            assertThat(content.file().orElseThrow().isOpen()).isTrue();
            content.file().orElseThrow().close();
        }
    }

    static void assertPattern(RawClient client, int size) throws IOException {
        assertThat(client.head().headers()).containsEntry("content-length", Integer.toString(size));
        byte[] body = client.read(size);
        assertThat(body).hasSize(size);
        for (int i = 0; i < size; i++) {
            if (body[i] != PatternContent.at(i)) {
                throw new AssertionError("wrong byte at " + i);
            }
        }
    }

    @Test
    void anEmptyBlobHasAnEnd() throws IOException {
        PatternContent content = new PatternContent(0);
        RawClient client = client(serve(content));

        assertPattern(client.send(RawClient.get("/")), 0);
        assertPattern(client.send(RawClient.get("/")), 0);
        await().untilAsserted(() -> assertThat(content.closes).hasValue(2));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 1000, 300_000, 1_999_999})
    void aFailureInMidBodyClosesTheConnection(int position) throws IOException {
        PatternContent content = new PatternContent(2_000_000).failingAt(position);
        RawClient client = client(serve(content)).send(RawClient.get("/"));

        assertThat(client.head().status()).isEqualTo(200);
        assertThat(client.read(2_000_000)).hasSize(position);
        assertThat(client.isClosed()).isTrue();
        await().untilAsserted(
                        () -> assertThat(content.sent).containsExactly(new Sent(position, false)));
        assertThat(content.closes).hasValue(1);
    }

    @Test
    void aFailureBeforeTheFirstByteIsToldByItsStatus() throws IOException {
        PatternContent content = new PatternContent(2_000_000).failingAt(0);
        RawClient client = client(serve(content));

        for (int i = 1; i <= 2; i++) {
            assertThat(client.ask("/").status()).isEqualTo(502);
            int times = i;
            await().untilAsserted(() -> assertThat(content.closes).hasValue(times));
        }
        assertThat(content.sent).containsOnly(new Sent(0, false));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 1000, 1_000_000})
    void aClientThatLeavesFreesItsThreadAndItsContent(int position) throws Exception {
        PatternContent content = new PatternContent(2_000_000).stallingAt(position);
        RegistryServer server = serve(content);
        RawClient client = client(server).send(RawClient.get("/"));
        assertThat(client.head().status()).isEqualTo(200);
        assertThat(client.read(position)).hasSize(position);
        content.stalled.await();

        client.close();

        await().untilAsserted(() -> assertThat(server.answering()).isZero());
        assertThat(content.closes).hasValue(1);
        assertThat(content.sent).containsExactly(new Sent(position, false));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aClientThatLeavesBeforeItsAnswerInterruptsTheHandler(boolean isEpoll) throws Exception {
        CountDownLatch waits = new CountDownLatch(1);
        AtomicBoolean isInterrupted = new AtomicBoolean();
        RegistryServer server =
                opened(
                        new RegistryServer(
                                CONFIG,
                                Limits.DEFAULT,
                                request ->
                                        () -> {
                                            waits.countDown();
                                            try {
                                                new CountDownLatch(1).await();
                                            } finally {
                                                isInterrupted.set(true);
                                            }
                                            return ECHO.understand(request).answer();
                                        },
                                new Loops(isEpoll ? Transport.epoll() : Transport.nio(), 1)));
        RawClient client = client(server).send(RawClient.get("/"));
        waits.await();

        client.close();

        await().untilAsserted(() -> assertThat(server.answering()).isZero());
        assertThat(isInterrupted).isTrue();
    }

    @Test
    void aSlowReaderHoldsNobodyUp() throws IOException {
        PatternContent content = new PatternContent(64L * MIB);
        RegistryServer server =
                opened(
                        new RegistryServer(
                                CONFIG,
                                Limits.DEFAULT,
                                request ->
                                        request.path().equals("/blob")
                                                ? content.understand(request)
                                                : ECHO.understand(request),
                                new Loops(Transport.best(), 1)));
        RawClient slow = client(server).send(RawClient.get("/blob"));
        assertThat(slow.head().status()).isEqualTo(200);

        RawClient quick = client(server);
        for (int i = 0; i < 100; i++) {
            assertThat(quick.ask("/" + i).status()).isEqualTo(200);
        }
        await().untilAsserted(() -> assertThat(server.answering()).isEqualTo(1));
        assertThat(content.reads.get() * 100_000L).isLessThan(32L * MIB);
    }

    @Test
    void aClientThatTakesNothingIsCut() throws IOException {
        PatternContent content = new PatternContent(64L * MIB);
        Limits limits = Limits.DEFAULT.withTimes(Duration.ofSeconds(10), Duration.ofMillis(100));
        RegistryServer server = serve(CONFIG, limits, content);
        RawClient client = client(server).send(RawClient.get("/"));
        assertThat(client.head().status()).isEqualTo(200);

        await().untilAsserted(() -> assertThat(server.answering()).isZero());
        assertThat(content.closes).hasValue(1);
        assertThat(content.sent).noneMatch(Sent::isComplete);
    }

    // Closing.

    @Test
    void closingLetsAnswersFinishAndClosesWhatIsIdle() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        RegistryServer server =
                serve(request ->
                        () -> {
                            if (request.path().equals("/slow")) {
                                begun.countDown();
                                goOn.await();
                            }
                            return ECHO.understand(request).answer();
                        });
        RawClient idle = client(server);
        assertThat(idle.ask("/").status()).isEqualTo(200);
        RawClient busy = client(server).send(RawClient.get("/slow") + RawClient.get("/next"));
        begun.await();

        Thread closing = Thread.ofVirtual().start(server::close);

        assertThat(idle.isClosed()).isTrue();
        assertThat(server.isDraining()).isTrue();
        assertThatThrownBy(() -> new RawClient(server.address()).ask("/"))
                .isInstanceOf(IOException.class);
        goOn.countDown();
        RawClient.Answer last = busy.answer();
        assertThat(last.text()).isEqualTo("GET /slow");
        assertThat(last.headers()).containsEntry("connection", "close");
        assertThat(busy.isClosed()).isTrue();
        closing.join();
    }

    @Test
    void closingCutsWhatDoesNotFinishInTime() throws Exception {
        PatternContent content = new PatternContent(1000).stallingAt(10);
        ServerConfig hasty =
                new ServerConfig("127.0.0.1", 0, Optional.empty(), Duration.ofMillis(50));
        RegistryServer server = serve(hasty, Limits.DEFAULT, content);
        RawClient client = client(server).send(RawClient.get("/"));
        content.stalled.await();

        server.close();

        assertThat(client.head().status()).isEqualTo(200);
        assertThat(client.read(1000)).hasSize(10);
        assertThat(content.closes).hasValue(1);
        assertThat(server.answering()).isZero();
    }

    @Test
    void closingEndsAllThreads() throws IOException {
        RegistryServer server = serve(ECHO);
        assertThat(client(server).ask("/").status()).isEqualTo(200);

        server.close();
        server.close();

        await().untilAsserted(() ->
                assertThat(Thread.getAllStackTraces().keySet())
                        .extracting(Thread::getName)
                        .noneMatch(name -> name.startsWith("http-")));
    }

    @Test
    void anAnswerWithoutABodyNeedsNoLength() throws IOException {
        RegistryServer server = serve(_ -> () -> Response.empty(304).with("ETag", "\"x\""));
        RawClient client = client(server);

        assertThat(client.ask("/").headers()).containsOnlyKeys("etag", "x-request-id");
        assertThat(client.ask("/").status()).isEqualTo(304);
    }
}
