package dev.tarn.http.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tarn.http.Handler;
import dev.tarn.http.netty.RegistryServer.Loops;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What one client may take, and that the others have theirs meanwhile.
class ClientShareTest extends ServerFixture {

    private final CountDownLatch release = new CountDownLatch(1);

    /// Waits where the path says so.
    private final Handler waiting =
            request ->
                    () -> {
                        if (request.path().equals("/wait")) {
                            release.await();
                        }
                        return ECHO.understand(request).answer();
                    };

    /// From another address of this machine.
    private RawClient neighbour(RegistryServer server) throws IOException {
        Socket socket = new Socket();
        socket.bind(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 2}), 0));
        return opened(new RawClient(socket, server.address()));
    }

    @Test
    void oneClientHasNoMoreConnectionsThanItsShare() throws IOException {
        RegistryServer server = serve(CONFIG, Limits.DEFAULT.withClients(3, 100), ECHO);
        List<RawClient> clients = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            clients.add(client(server));
            assertThat(clients.getLast().ask("/").status()).isEqualTo(200);
        }

        RawClient fourth = client(server);
        RawClient.Answer away = fourth.answer();
        assertThat(away.status()).isEqualTo(503);
        assertThat(away.headers()).containsEntry("retry-after", "1");
        assertThat(away.text()).contains("TOOMANYREQUESTS");
        assertThat(fourth.isClosed()).isTrue();
        assertThat(server.turnedAway(ClientLimit.CONNECTIONS_PER_CLIENT)).isEqualTo(1);

        assertThat(neighbour(server).ask("/").status()).isEqualTo(200);
        clients.getFirst().close();
        await().untilAsserted(() -> {
            try (RawClient next = new RawClient(server.address())) {
                assertThat(next.ask("/").status()).isEqualTo(200);
            }
        });
    }

    @Test
    void aFloodOfConnectionsIsClosedWithoutAWord() throws IOException {
        RegistryServer server = serve(CONFIG, Limits.DEFAULT.withClients(1, 100), ECHO);
        RawClient first = client(server);
        assertThat(first.ask("/").status()).isEqualTo(200);
        List<RawClient> flood = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            flood.add(client(server));
        }

        for (RawClient client : flood) {
            assertThat(client.isClosedAfterWholeAnswers()).isTrue();
        }
        assertThat(server.turnedAway(ClientLimit.CONNECTIONS_PER_CLIENT)).isEqualTo(500);
        assertThat(first.ask("/").status()).isEqualTo(200);
        for (RawClient client : flood) {
            client.close();
        }
        await().untilAsserted(() -> assertThat(server.connected()).isEqualTo(1));
    }

    @Test
    void oneClientHasNoMoreAnswersAtOnceThanItsShare() throws IOException {
        RegistryServer server = serve(CONFIG, Limits.DEFAULT.withClients(100, 2), waiting);
        RawClient first = client(server).send(RawClient.get("/wait"));
        RawClient second = client(server).send(RawClient.get("/wait"));
        await().untilAsserted(() -> assertThat(server.answering()).isEqualTo(2));

        RawClient third = client(server);
        RawClient.Answer away = third.ask("/quick");
        assertThat(away.status()).isEqualTo(503);
        assertThat(away.headers()).containsEntry("retry-after", "1");
        assertThat(away.text()).contains("TOOMANYREQUESTS");
        assertThat(third.isClosed()).isTrue();
        assertThat(server.turnedAway(ClientLimit.REQUESTS_PER_CLIENT)).isEqualTo(1);

        assertThat(neighbour(server).ask("/quick").status()).isEqualTo(200);
        release.countDown();
        assertThat(first.answer().status()).isEqualTo(200);
        assertThat(second.answer().status()).isEqualTo(200);
        assertThat(client(server).ask("/quick").status()).isEqualTo(200);
    }

    @Test
    void nobodyIsRememberedOnceAllHaveLeft() throws IOException {
        RegistryServer server = serve(ECHO);
        RawClient one = client(server);
        RawClient other = neighbour(server);
        assertThat(one.ask("/").status()).isEqualTo(200);
        assertThat(other.ask("/").status()).isEqualTo(200);
        assertThat(server.clients()).isEqualTo(2);

        one.close();
        other.close();

        await().untilAsserted(() -> assertThat(server.clients()).isZero());
    }

    /// On one event loop, with clients that take all they get.
    @Test
    void smallRequestsGetThroughBesideLargeStreams(@TempDir Path folder) throws Exception {
        FileContent content = new FileContent(folder.resolve("blob"), 16 << 20);
        Handler both =
                request ->
                        request.path().equals("/blob")
                                ? content.understand(request)
                                : ECHO.understand(request);
        RegistryServer server =
                opened(
                        new RegistryServer(
                                CONFIG, Limits.DEFAULT, both, new Loops(Transport.best(), 1)));
        AtomicBoolean isOver = new AtomicBoolean();
        AtomicLong blobs = new AtomicLong();
        List<Thread> streams = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            RawClient stream = client(server);
            streams.add(
                    Thread.ofPlatform()
                            .start(() -> {
                                try {
                                    while (!isOver.get()) {
                                        if (stream.ask("/blob").body().remaining() == 16 << 20) {
                                            blobs.incrementAndGet();
                                        }
                                    }
                                } catch (IOException e) {
                                    isOver.set(true);
                                }
                            }));
        }
        RawClient small = client(server);
        for (int i = 0; i < 200 || blobs.get() < 12; i++) {
            assertThat(small.ask("/" + i).text()).isEqualTo("GET /" + i);
        }

        assertThat(isOver.getAndSet(true)).isFalse();
        for (Thread stream : streams) {
            stream.join();
        }
        content.delete();
    }
}
