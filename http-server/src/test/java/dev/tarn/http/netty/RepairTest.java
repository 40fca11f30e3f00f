package dev.tarn.http.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tarn.http.Handler;
import dev.tarn.http.Question;
import dev.tarn.http.Repair;
import dev.tarn.http.Response;
import dev.tarn.http.Response.Sent;
import dev.tarn.http.netty.RegistryServer.Loops;
import dev.tarn.oci.ContentRange;
import dev.tarn.oci.RegistryException.UpstreamFailed;
import dev.tarn.pull.BlobContent;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// A stored blob that turns out to be unreadable in the middle of an answer: the same answer goes
/// on with the right bytes, or is cut.
class RepairTest extends ServerFixture {

    private static final int SIZE = (2 << 20) + 12_345;

    /// What is broken, and on which way out.
    enum Broken {
        EPOLL_TRUNCATED,
        NIO_TRUNCATED,
        NIO_UNREADABLE,
        TLS_TRUNCATED,
        TLS_UNREADABLE,
        /// Of a blob that is written by a virtual thread.
        WRITER_UNREADABLE,
        WRITER_TRUNCATED,
        WRITER_TLS_UNREADABLE;

        boolean isEncrypted() {
            return name().contains("TLS");
        }

        boolean isWriter() {
            return name().startsWith("WRITER");
        }

        boolean isTruncated() {
            return name().endsWith("TRUNCATED");
        }
    }

    @TempDir private Path folder;
    private final List<BlobContent> condemned = new CopyOnWriteArrayList<>();
    private final ConcurrentLinkedQueue<PatternContent> others = new ConcurrentLinkedQueue<>();
    private final List<PatternContent> given = new ArrayList<>();
    private final List<Sent> sent = new CopyOnWriteArrayList<>();
    private final AtomicInteger files = new AtomicInteger();
    private SelfSigned tls;

    private final Repair repair =
            new Repair() {
                @Override
                public void condemn(BlobContent damaged) {
                    condemned.add(damaged);
                }

                @Override
                public BlobContent pull() {
                    PatternContent next = others.poll();
                    if (next == null) {
                        throw new UpstreamFailed(UpstreamFailed.Kind.UNREACHABLE, "it is down");
                    }
                    return next;
                }
            };

    @BeforeEach
    void certificate() throws Exception {
        tls = SelfSigned.in(folder);
    }

    @AfterEach
    void everyOtherContentWasClosed() {
        await().untilAsserted(() ->
                assertThat(given)
                        .filteredOn(content -> !others.contains(content))
                        .allMatch(content -> content.closes.get() == 1));
    }

    private PatternContent other() {
        PatternContent content = new PatternContent(SIZE);
        given.add(content);
        return content;
    }

    static Stream<Broken> everywhere() {
        return Stream.of(Broken.values());
    }

    private BlobContent content(Broken how, long failsAt) throws IOException {
        Path file = folder.resolve("blob" + files.incrementAndGet());
        if (how.isWriter()) {
            PatternContent content = new PatternContent(SIZE);
            return how.isTruncated()
                    ? content.inFile(file).unreadableAt(failsAt).truncated(failsAt)
                    : content.unreadableAt(failsAt);
        }
        FileContent content = new FileContent(file, SIZE);
        AutoCloseable toDelete = content::delete;
        var _ = opened(toDelete);
        return how.isTruncated()
                ? content.truncated(failsAt)
                : content.onDiskOnly().unreadableAt(failsAt);
    }

    private Handler handler(BlobContent content, ContentRange part) {
        Response response =
                Response.blob(part.length() == SIZE ? 200 : 206, content, part, repair)
                        .whenSent(sent::add);
        return request -> {
            if (!request.path().equals("/blob")) {
                return ECHO.understand(request);
            }
            return new Question() {
                @Override
                public Response answer() {
                    return response;
                }

                @Override
                public Optional<Response> recall() {
                    return Optional.of(response);
                }
            };
        };
    }

    private RawClient clientOf(Broken how, BlobContent content, ContentRange part)
            throws IOException {
        Transport transport =
                how.name().startsWith("EPOLL") || how.isWriter()
                        ? Transport.epoll()
                        : Transport.nio();
        ServerConfig config = how.isEncrypted() ? tls.config() : CONFIG;
        RegistryServer server =
                opened(
                        new RegistryServer(
                                config,
                                Limits.DEFAULT,
                                handler(content, part),
                                new Loops(transport, 1)));
        return opened(how.isEncrypted() ? tls.client(server) : new RawClient(server.address()));
    }

    private void assertSentWhole(Broken how, BlobContent content, ContentRange part)
            throws IOException {
        sent.clear();
        try (RawClient client = clientOf(how, content, part).send(RawClient.get("/blob"))) {
            RawClient.Answer answer = client.answer();

            assertThat(answer.status()).isEqualTo(part.length() == SIZE ? 200 : 206);
            assertThat(answer.body().remaining()).isEqualTo((int) part.length());
            for (int i = 0; i < part.length(); i++) {
                if (answer.body().get(i) != PatternContent.at(part.start() + i)) {
                    throw new AssertionError("wrong at " + i);
                }
            }
            assertThat(client.ask("/next").text()).isEqualTo("GET /next");
        }
        assertThat(sent).containsExactly(new Sent(part.length(), true));
    }

    @ParameterizedTest
    @MethodSource("everywhere")
    void aFileThatBreaksAnywhereIsHadAgainInTheSameAnswer(Broken how) throws IOException {
        Random random = new Random(how.name().hashCode());
        List<Integer> positions =
                new ArrayList<>(
                        List.of(0, 1, 262_143, 262_144, 1 << 20, (1 << 20) + 1, SIZE - 16_385));
        positions.addAll(List.of(SIZE - 16_384, SIZE - 2, SIZE - 1));
        random.ints(5, 0, SIZE).forEach(positions::add);
        for (int position : positions) {
            condemned.clear();
            others.add(other());
            BlobContent content = content(how, position);

            assertSentWhole(how, content, ContentRange.whole(SIZE));

            assertThat(condemned).containsExactly(content);
            assertThat(others).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("everywhere")
    void soIsARange(Broken how) throws IOException {
        Random random = new Random(how.name().hashCode());
        for (int i = 0; i < 10; i++) {
            int start = random.nextInt(SIZE);
            int end = start + 1 + random.nextInt(SIZE - start);
            others.add(other());

            assertSentWhole(
                    how,
                    content(how, start + random.nextInt(end - start)),
                    new ContentRange(start, end, SIZE));

            assertThat(others).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("everywhere")
    void whatIsHadAgainMayBreakToo(Broken how) throws IOException {
        others.add(other().unreadableAt(SIZE / 2));
        others.add(other().unreadableAt(10)); // where what has been sent is compared with it
        others.add(other());

        assertSentWhole(how, content(how, SIZE / 3), ContentRange.whole(SIZE));

        assertThat(condemned).hasSize(3);
    }

    @ParameterizedTest
    @MethodSource("everywhere")
    void whatWasSentWrongIsNeverMadeAWholeAnswer(Broken how) throws IOException {
        others.add(other().wrongAt(5));
        int position = SIZE - 100_000;

        assertCut(how, content(how, position), SIZE - 16_384);
    }

    @ParameterizedTest
    @MethodSource("everywhere")
    void withoutAnybodyToHaveItFromTheAnswerIsCut(Broken how) throws IOException {
        assertCut(how, content(how, SIZE - 1), SIZE - 1);
    }

    private void assertCut(Broken how, BlobContent content, int most) throws IOException {
        try (RawClient client =
                clientOf(how, content, ContentRange.whole(SIZE)).send(RawClient.get("/blob"))) {
            assertThat(client.head().status()).isEqualTo(200);
            byte[] bytes = client.read(SIZE);
            assertThat(bytes.length).isPositive().isLessThanOrEqualTo(most);
        }
        await().until(() -> sent.size() == 1);
        assertThat(sent.getFirst().isComplete()).isFalse();
    }

    @ParameterizedTest
    @EnumSource(Broken.class)
    void beforeTheFirstByteThatIsA502(Broken how) throws IOException {
        try (RawClient client =
                clientOf(how, content(how, 0), ContentRange.whole(SIZE))
                        .send(RawClient.get("/blob"))) {
            RawClient.Answer answer = client.answer();

            assertThat(answer.status()).isEqualTo(502);
            assertThat(answer.text()).contains("\"UNAVAILABLE\"");
            assertThat(client.ask("/next").text()).isEqualTo("GET /next");
        }
        assertThat(condemned).hasSize(1);
    }
}
