package dev.tarn.http.netty;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.http.Response;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Answers that have no end of their own, and the names of requests.
class StreamTest extends ServerFixture {

    @Test
    void eachRequestHasANameOfItsOwnUnlessTheClientGaveItOne() throws IOException {
        RegistryServer server = serve(ECHO);
        RawClient client = client(server);

        String first = client.ask("/").headers().getOrDefault("x-request-id", "none");
        String second = client.ask("/").headers().getOrDefault("x-request-id", "none");
        assertThat(first).matches("[0-9a-f]{16}-1");
        assertThat(second).isEqualTo(first.replace("-1", "-2"));

        var _ = client.send("GET / HTTP/1.1\r\nHost: m\r\nX-Request-Id: a.B_1:2-3\r\n\r\n");
        assertThat(client.answer().headers()).containsEntry("x-request-id", "a.B_1:2-3");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a b", "a=b", "<x>", "", "\u00e4", "a\tb"})
    void aNameThatCouldMeanSomethingInALogIsNotTaken(String name) throws IOException {
        RegistryServer server = serve(ECHO);
        RawClient client = client(server);

        var _ = client.send("GET / HTTP/1.1\r\nHost: m\r\nX-Request-Id: " + name + "\r\n\r\n");
        assertThat(client.answer().headers().get("x-request-id")).matches("[0-9a-f]{16}-1");
    }

    @Test
    void aStreamGoesOutAsItComesAndEndsTheConnection() throws Exception {
        BlockingQueue<Optional<ByteBuffer>> chunks = new LinkedBlockingQueue<>();
        RegistryServer server =
                serve(_ -> () -> Response.stream("text/event-stream", chunks::take));
        RawClient client = client(server).send(RawClient.get("/"));

        chunks.add(Optional.of(ByteBuffer.wrap("one".getBytes(US_ASCII))));
        assertThat(client.head().headers())
                .containsEntry("connection", "close")
                .doesNotContainKey("content-length");
        assertThat(client.read()).isEqualTo('o');
        assertThat(client.read()).isEqualTo('n');
        assertThat(client.read()).isEqualTo('e');
        chunks.add(Optional.of(ByteBuffer.wrap("two".getBytes(US_ASCII))));
        assertThat(client.read()).isEqualTo('t');
        assertThat(client.read()).isEqualTo('w');
        assertThat(client.read()).isEqualTo('o');
        chunks.add(Optional.empty());
        assertThat(client.isClosed()).isTrue();
    }

    @Test
    void nobodyWaitsForAStreamWhoseClientHasLeft() throws Exception {
        CountDownLatch left = new CountDownLatch(1);
        RegistryServer server =
                serve(_ ->
                        () ->
                                Response.stream(
                                        "text/event-stream",
                                        () -> {
                                            try {
                                                new CountDownLatch(1).await();
                                                return Optional.empty();
                                            } finally {
                                                left.countDown();
                                            }
                                        }));
        try (RawClient client = client(server).send(RawClient.get("/"))) {
            assertThat(client.head().status()).isEqualTo(200);
        }

        assertThat(left.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void whoLeavesRightBehindTheLastByteHasHadItAll() throws Exception {
        BlockingQueue<Response.Sent> ends = new LinkedBlockingQueue<>();
        RegistryServer server = serve(_ -> () -> oneWord().whenSent(ends::add));
        for (int i = 0; i < 300; i++) {
            try (RawClient client = client(server).send(RawClient.get("/"))) {
                assertThat(client.head().status()).isEqualTo(200);
                assertThat(client.read()).isEqualTo('o');
                assertThat(client.read()).isEqualTo('n');
                assertThat(client.read()).isEqualTo('e');
            }
            assertThat(ends.poll(10, TimeUnit.SECONDS)).isEqualTo(new Response.Sent(3, true));
        }
    }

    private static Response oneWord() {
        Iterator<ByteBuffer> chunks = List.of(ByteBuffer.wrap("one".getBytes(US_ASCII))).iterator();
        return Response.stream(
                "text/plain",
                () -> chunks.hasNext() ? Optional.of(chunks.next()) : Optional.empty());
    }
}
