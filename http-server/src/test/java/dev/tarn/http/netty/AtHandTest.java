package dev.tarn.http.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tarn.http.Handler;
import dev.tarn.http.Question;
import dev.tarn.http.Response;
import dev.tarn.http.Response.Sent;
import dev.tarn.http.netty.RegistryServer.Loops;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Answers that are at hand, and so go out from the event loop.
final class AtHandTest extends ServerFixture {

    private static final int MIB = 1 << 20;
    private static final Loops ONE_LOOP = new Loops(Transport.best(), 1);
    private static final int SIZE = 3 * MIB + 12_345;

    private final AtomicInteger understood = new AtomicInteger();

    /// Says which path was asked for.
    private final Handler echo =
            request -> {
                understood.incrementAndGet();
                return Question.settled(
                        Response.bytes(
                                200,
                                "text/plain",
                                ByteBuffer.wrap(request.path().getBytes(StandardCharsets.UTF_8))));
            };

    @TempDir private Path folder;
    private FileContent content;

    @BeforeEach
    void file() throws IOException {
        content = new FileContent(folder.resolve("blob"), SIZE);
    }

    @AfterEach
    void theFileIsStillOpenForOthers() throws IOException {
        assertThat(content.channel().isOpen()).isTrue();
        content.delete();
    }

    // Heads.

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 2_000})
    void pipelinedRequestsAreAnsweredInOrder(int paths) throws IOException {
        StringBuilder requests = new StringBuilder();
        for (int i = 0; i < 2_000; i++) {
            requests.append(RawClient.get("/" + i % paths));
        }
        RawClient client = client(serve(echo));
        Thread.ofVirtual()
                .start(() -> {
                    try {
                        client.send(requests.toString());
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });

        for (int i = 0; i < 2_000; i++) {
            assertThat(client.answer().text()).isEqualTo("/" + i % paths);
        }
    }

    @Test
    void aHeadThatCameBeforeIsNotUnderstoodAgain() throws IOException {
        RegistryServer server = serve(echo);

        for (int i = 0; i < 10; i++) {
            assertThat(client(server).ask("/same").text()).isEqualTo("/same");
        }

        assertThat(understood).hasValue(1);
    }

    @Test
    void theRestOfAHeadIsNotTakenForOneThatCameBefore() throws IOException {
        RegistryServer server = opened(new RegistryServer(CONFIG, Limits.DEFAULT, echo, ONE_LOOP));
        RawClient other = client(server);
        assertThat(other.ask("/known").status()).isEqualTo(200);
        RawClient client = client(server).send("GET /a HTTP/1.1\r\nHost: m\r\nX: ");
        assertThat(other.ask("/known").status()).isEqualTo(200); // the loop has seen the first part

        client.send(RawClient.get("/known"));

        assertThat(client.answer().status()).isEqualTo(400);
    }

    @ParameterizedTest
    @CsvSource({
        "HTTP/1.1, keep-alive, true,",
        "HTTP/1.1, close, false, close",
        "HTTP/1.0, x, false, close",
        "HTTP/1.0, keep-alive, true, keep-alive"
    })
    void aConnectionIsKeptAsTheClientAsks(
            String version, String connection, boolean isKept, String answered) throws IOException {
        String request =
                "GET / " + version + "\r\nHost: m\r\nConnection: " + connection + "\r\n\r\n";
        RegistryServer server = serve(echo);
        for (int i = 0; i < 2; i++) {
            RawClient client = client(server).send(request);
            assertThat(client.answer().headers().get("connection")).isEqualTo(answered);
            if (isKept) {
                assertThat(client.ask("/").status()).isEqualTo(200);
            } else {
                assertThat(client.isClosed()).isTrue();
            }
        }
    }

    @Test
    void aBugInWhatIsAtHandCostsNoAnswer() throws IOException {
        Handler broken =
                request ->
                        new Question() {
                            @Override
                            public Response answer() throws InterruptedException {
                                return ECHO.understand(request).answer();
                            }

                            @Override
                            public Optional<Response> recall() {
                                throw new IllegalStateException("a bug, on purpose");
                            }
                        };

        assertThat(client(serve(broken)).ask("/").text()).isEqualTo("GET /");
    }

    // Files.

    @ParameterizedTest
    @CsvSource({"epoll, true", "epoll, false", "nio, true", "nio, false"})
    void aFileIsSentInPieces(String transport, boolean isResident) throws IOException {
        Handler handler = isResident ? content : content.onDiskOnly();
        Transport chosen = transport.equals("nio") ? Transport.nio() : Transport.epoll();
        RegistryServer server =
                opened(new RegistryServer(CONFIG, Limits.DEFAULT, handler, new Loops(chosen, 1)));
        RawClient client = client(server);

        for (int i = 1; i <= 2; i++) {
            RegistryServerTest.assertPattern(client.send(RawClient.get("/")), SIZE);
            int times = i;
            await().until(() -> content.sent.size() == times);
        }

        assertThat(content.sent).containsExactly(new Sent(SIZE, true), new Sent(SIZE, true));
        assertThat(content.closes).hasValue(2);
        // each piece is looked at: the first of 1 MiB, the rest in one if the client takes it fast
        assertThat(content.looks.get()).isBetween(4, 8);
    }

    @Test
    void aSlowReaderHoldsNobodyUp() throws IOException {
        Handler handler =
                request ->
                        request.path().equals("/blob")
                                ? content.understand(request)
                                : echo.understand(request);
        RegistryServer server =
                opened(new RegistryServer(CONFIG, Limits.DEFAULT, handler, ONE_LOOP));
        RawClient slow = client(server).send(RawClient.get("/blob").repeat(20));
        assertThat(slow.head().status()).isEqualTo(200);

        RawClient quick = client(server);
        for (int i = 0; i < 100; i++) {
            assertThat(quick.ask("/" + i).status()).isEqualTo(200);
        }
        assertThat(content.closes.get()).isLessThan(20);
    }

    /// A manifest may be of 4 MiB, and many may ask for it and take nothing.
    @Test
    void whoeverTakesNothingOfMuchHoldsLittleMemory() throws IOException {
        byte[] much = new byte[4 * MIB];
        new Random(1).nextBytes(much);
        Response answer = Response.bytes(200, "text/plain", ByteBuffer.wrap(much));
        RegistryServer server = serve(_ -> Question.settled(answer));
        long before = directBytes();

        for (int i = 0; i < 32; i++) {
            assertThat(client(server).send(RawClient.get("/")).head().status()).isEqualTo(200);
        }

        assertThat(directBytes() - before).isLessThan(64 * MIB); // of 128
        assertThat(client(server).ask("/").body()).isEqualTo(ByteBuffer.wrap(much));
    }

    private static long directBytes() {
        return ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT)
                .metric()
                .usedDirectMemory();
    }

    @Test
    void aClientThatTakesNothingIsCut() throws IOException {
        Limits limits = Limits.DEFAULT.withTimes(Duration.ofSeconds(10), Duration.ofMillis(100));
        RegistryServer server = serve(CONFIG, limits, content);
        RawClient client = client(server).send(RawClient.get("/").repeat(20));
        assertThat(client.head().status()).isEqualTo(200);

        await().untilAsserted(() -> assertThat(server.answering()).isZero());

        await().until(() -> content.sent.stream().anyMatch(sent -> !sent.isComplete()));
        assertThat(content.closes.get()).isEqualTo(content.sent.size());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aClientThatLeavesFreesTheFile(boolean isResident) throws IOException {
        RegistryServer server = serve(isResident ? content : content.onDiskOnly());
        RawClient client = client(server).send(RawClient.get("/").repeat(20));
        assertThat(client.head().status()).isEqualTo(200);

        client.close();

        await().untilAsserted(() -> assertThat(server.answering()).isZero());
        assertThat(content.closes.get()).isEqualTo(content.sent.size());
        assertThat(content.sent.getLast().isComplete()).isFalse();
    }

    @Test
    void closingLetsAFileFinish() throws Exception {
        RegistryServer server = serve(content);
        RawClient client = client(server).send(RawClient.get("/").repeat(20));
        RegistryServerTest.assertPattern(client, SIZE);
        assertThat(client.head().status()).isEqualTo(200);

        Thread closing = Thread.ofVirtual().start(server::close);

        await().until(server::isDraining);
        assertThat(client.read(SIZE)).hasSize(SIZE);
        await().until(client::isClosedAfterWholeAnswers);
        closing.join();
        assertThat(content.sent).hasSizeLessThan(20).allMatch(Sent::isComplete);
    }

    @Test
    void aFileThatIsShorterThanItsBlobIsNotSentAsWhole() throws IOException {
        RegistryServer server = serve(content);
        try (var writer = FileChannel.open(folder.resolve("blob"), StandardOpenOption.WRITE)) {
            writer.truncate(MIB);
        }
        RawClient client = client(server).send(RawClient.get("/"));

        assertThat(client.head().status()).isEqualTo(200);
        assertThat(client.read(SIZE)).hasSizeLessThan(SIZE);
        await().until(() -> content.sent.size() == 1);
        assertThat(content.sent.getFirst().isComplete()).isFalse();
    }
}
