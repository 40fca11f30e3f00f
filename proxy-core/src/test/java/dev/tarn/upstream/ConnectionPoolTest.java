package dev.tarn.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.tarn.oci.ByteRange;
import dev.tarn.oci.RegistryException.UpstreamFailed;
import dev.tarn.oci.RegistryException.UpstreamFailed.Kind;
import dev.tarn.oci.RegistryHost;
import dev.tarn.pull.Source;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Which connections are opened, kept, used again, and closed.
class ConnectionPoolTest {
    private final FakeRegistry registry = FakeRegistry.start();
    private final Strangers strangers = new Strangers();
    private final FakeImage image = registry.addImage("library/app", "latest", 1, 1_000);

    @AfterEach
    void close() {
        strangers.close();
        registry.close();
    }

    private static Budgets idle(Duration idle) {
        return new Budgets(
                Strangers.SHORT.connect(),
                Strangers.SHORT.head(),
                Strangers.SHORT.silence(),
                Strangers.SHORT.document(),
                idle);
    }

    @Test
    void usesAConnectionAgain() throws InterruptedException {
        HttpUpstream upstream = strangers.upstream(registry);
        for (int i = 0; i < 10; i++) {
            Strangers.pull(upstream, "latest");
        }

        assertThat(registry.connections()).isEqualTo(1);
    }

    @Test
    void doesNotUseOneWhoseBodyWasNotReadToItsEnd() throws InterruptedException {
        HttpUpstream upstream = strangers.upstream(registry);
        Source source = upstream.source(Strangers.APP, image.layers().getFirst().digest());
        source.fetch(ByteRange.whole()).close();
        Strangers.pull(upstream, "latest");

        assertThat(registry.connections()).isEqualTo(2);
    }

    @Test
    void doesNotUseOneThatTheUpstreamCloses() throws InterruptedException {
        registry.inject(Fault.closing());
        HttpUpstream upstream = strangers.upstream(registry);
        Strangers.pull(upstream, "latest");
        Strangers.pull(upstream, "latest");

        assertThat(registry.connections()).isEqualTo(2);
    }

    @Test
    void readsABodyThatEndsWithItsConnection() throws InterruptedException {
        registry.inject(Fault.untilClose());
        HttpUpstream upstream = strangers.upstream(registry);

        assertThat(Strangers.pull(upstream, "latest").digest()).isEqualTo(image.digest());
        assertThat(Strangers.pull(upstream, "latest").digest()).isEqualTo(image.digest());
    }

    @Test
    void noticesThatAnIdleOneWasClosed() throws InterruptedException {
        HttpUpstream upstream = strangers.upstream(registry);
        Strangers.pull(upstream, "latest");
        registry.dropConnections();
        Awaitility.await().until(() -> registry.openConnections() == 0);
        Strangers.pull(upstream, "latest");

        assertThat(registry.connections()).isEqualTo(2);
    }

    @Test
    void asksOnceMoreWhenAKeptOneDiesBeforeTheAnswer() throws InterruptedException {
        HttpUpstream upstream = strangers.upstream(registry);
        Strangers.pull(upstream, "latest");
        registry.inject(1, Fault.hangUp(), _ -> true);

        assertThat(Strangers.pull(upstream, "latest").digest()).isEqualTo(image.digest());
        assertThat(registry.requests()).hasSize(3);
    }

    @Test
    void asksOnlyOnceMoreAndThenOnceAfterAPause() throws InterruptedException {
        HttpUpstream upstream = strangers.upstream(registry);
        Strangers.pull(upstream, "latest");
        registry.inject(Fault.hangUp());

        assertThatExceptionOfType(UpstreamFailed.class)
                .isThrownBy(() -> Strangers.pull(upstream, "latest"))
                .satisfies(e -> assertThat(e.kind()).isEqualTo(Kind.CUT_OFF));
        assertThat(registry.requests()).hasSize(4);
    }

    @Test
    void doesNotAskAgainAfterSilence() throws InterruptedException {
        HttpUpstream upstream = strangers.upstream(registry);
        Strangers.pull(upstream, "latest");
        registry.inject(Fault.hang());

        assertThatExceptionOfType(UpstreamFailed.class)
                .isThrownBy(() -> Strangers.pull(upstream, "latest"))
                .satisfies(e -> assertThat(e.kind()).isEqualTo(Kind.SILENT));
        assertThat(registry.requests()).hasSize(2);
    }

    @Test
    void closesWhatNobodyUses() throws InterruptedException {
        Strangers.pull(
                strangers.budgets(idle(Duration.ofMillis(100))).upstream(registry), "latest");

        Awaitility.await().until(() -> registry.openConnections() == 0);
    }

    @Test
    void doesNotTakeAnAnswerThatCameUnasked() throws InterruptedException {
        registry.inject(
                1,
                Fault.raw(
                        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 19\r\n\r\n"
                                + "{\"schemaVersion\":2}HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"),
                _ -> true);
        HttpUpstream upstream = strangers.upstream(registry);
        registry.inject(Fault.withoutHeader("Docker-Content-Digest"));
        try {
            Strangers.pull(upstream, "latest");
        } catch (UpstreamFailed e) {
            assertThat(e.kind()).isEqualTo(Kind.BAD_ANSWER);
        }

        assertThat(Strangers.pull(upstream, "latest").digest()).isEqualTo(image.digest());
        assertThat(registry.connections()).isEqualTo(2);
    }

    @Test
    void closingTheNetworkEndsEveryWait() throws Exception {
        registry.inject(Fault.stallAfter(10));
        Network network = Network.open(ProxySettings.NONE);
        HttpUpstream upstream =
                new HttpUpstream(
                        UpstreamConfig.of(new RegistryHost("fake.example"), registry.uri()),
                        network);
        CountDownLatch failed = new CountDownLatch(1);
        Thread reader =
                Thread.ofVirtual()
                        .start(() -> {
                            try {
                                Strangers.pull(upstream, "latest");
                            } catch (UpstreamFailed e) {
                                failed.countDown();
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                        });
        Awaitility.await().until(() -> registry.bytesSent() == 10);
        network.close();
        failed.await();
        reader.join();
        Awaitility.await().until(() -> registry.openConnections() <= 1);
    }

    @Test
    void triesTheNextAddress() throws InterruptedException {
        strangers.name("registry.example", "127.0.0.3", "::1", "127.0.0.1");

        assertThat(
                        Strangers.pull(
                                        strangers.upstream(
                                                "http://registry.example:" + registry.port()),
                                        "latest")
                                .digest())
                .isEqualTo(image.digest());
    }

    @Test
    void reachesIpv6() throws InterruptedException {
        try (FakeRegistry six = FakeRegistry.startOn("::1")) {
            six.addImage("library/app", "latest", 2, 10);
            assertThat(Strangers.pull(strangers.upstream(six), "latest").size()).isPositive();
            assertThat(six.requests().getFirst().header("Host")).contains("[::1]:" + six.port());
        }
    }

    @Test
    void aNameThatNobodyKnowsIsUnreachable() {
        assertThatExceptionOfType(UpstreamFailed.class)
                .isThrownBy(
                        () -> Strangers.pull(strangers.upstream("http://nobody.example"), "latest"))
                .withMessageContaining("nobody.example")
                .satisfies(e -> assertThat(e.kind()).isEqualTo(Kind.UNREACHABLE));
    }

    @Test
    void givesUpOnAnAddressThatDoesNotAnswer() throws IOException {
        Budgets hasty =
                new Budgets(
                        Duration.ofMillis(400),
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(5));
        List<Socket> waiting = new ArrayList<>();
        // A listener whose backlog is full drops what comes after.
        try (ServerSocket full = new ServerSocket()) {
            full.bind(new InetSocketAddress(Strangers.address("127.0.0.1"), 0), 1);
            for (int i = 0; i < 3; i++) {
                Socket socket = new Socket();
                waiting.add(socket);
                try {
                    socket.connect(full.getLocalSocketAddress(), i == 0 ? 5_000 : 50);
                } catch (IOException e) {
                    assertThat(i).isPositive();
                }
            }
            HttpUpstream upstream =
                    strangers.budgets(hasty).upstream("http://127.0.0.1:" + full.getLocalPort());
            long start = System.nanoTime();

            assertThatExceptionOfType(UpstreamFailed.class)
                    .isThrownBy(() -> Strangers.pull(upstream, "latest"))
                    .satisfies(e -> assertThat(e.kind()).isEqualTo(Kind.UNREACHABLE));
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isBetween(Duration.ofMillis(300), Duration.ofSeconds(3));
        } finally {
            for (Socket socket : waiting) {
                socket.close();
            }
        }
    }

    @Test
    void aClosedNetworkReachesNobody() throws InterruptedException {
        HttpUpstream upstream = strangers.upstream(registry);
        Strangers.pull(upstream, "latest");
        strangers.close();

        assertThatExceptionOfType(UpstreamFailed.class)
                .isThrownBy(() -> Strangers.pull(upstream, "latest"));
        assertThat(registry.connections()).isEqualTo(1);
    }
}
