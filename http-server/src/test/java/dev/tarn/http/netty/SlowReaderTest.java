package dev.tarn.http.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tarn.http.Handler;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Clients that take their bytes slowly, on every way out. The socket buffers of both sides hold
/// some megabytes, so the blob is larger, and a slow client is one that stops to read.
class SlowReaderTest extends ServerFixture {

    private static final int SIZE = 64 << 20;

    /// So much in 200 ms that a client which drips is below it; nobody waits for the idle time.
    private static final Limits STRICT =
            Limits.DEFAULT.withMinRate(100 << 20, Duration.ofMillis(200));

    /// Where the bytes come from, and how they leave.
    enum Way {
        FILE,
        FILE_TLS,
        WRITER_FILE,
        WRITER_MEMORY,
        WRITER_TLS
    }

    @TempDir private Path folder;
    private SelfSigned tls;

    @BeforeEach
    void certificate() throws Exception {
        tls = SelfSigned.in(folder);
    }

    private Handler content(Way way) throws IOException {
        Path file = folder.resolve("blob");
        return switch (way) {
            case FILE, FILE_TLS -> new FileContent(file, SIZE);
            case WRITER_FILE -> new PatternContent(SIZE).inFile(file);
            case WRITER_MEMORY, WRITER_TLS -> new PatternContent(SIZE);
        };
    }

    private RegistryServer serve(Way way, Limits limits) throws IOException {
        boolean isEncrypted = way.name().endsWith("TLS");
        return serve(isEncrypted ? tls.config() : CONFIG, limits, content(way));
    }

    private RawClient client(Way way, RegistryServer server) throws IOException {
        return opened(
                way.name().endsWith("TLS") ? tls.client(server) : new RawClient(server.address()));
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void whoNeverReadsIsCut(Way way) throws IOException {
        RegistryServer server = serve(way, STRICT);
        RawClient client = client(way, server).send(RawClient.get("/"));
        assertThat(client.head().status()).isEqualTo(200);

        await().untilAsserted(() -> assertThat(server.connected()).isZero());
        await().untilAsserted(() -> assertThat(server.answering()).isZero());
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void whoDripsIsCutThoughItTakesSomethingAllTheTime(Way way) throws IOException {
        RegistryServer server = serve(way, STRICT);
        RawClient client = client(way, server).send(RawClient.get("/"));
        assertThat(client.head().status()).isEqualTo(200);

        await().pollInterval(Duration.ofMillis(20))
                .untilAsserted(() -> {
                    var _ = client.takes(100_000);
                    assertThat(server.connected()).isZero();
                });
        await().untilAsserted(() -> assertThat(server.answering()).isZero());
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void whoTakesEnoughIsNotCut(Way way) throws IOException {
        RegistryServer server =
                serve(way, Limits.DEFAULT.withMinRate(1 << 10, Duration.ofSeconds(1)));
        RawClient client = client(way, server).send(RawClient.get("/"));

        RegistryServerTest.assertPattern(client, SIZE);
        assertThat(server.connected()).isEqualTo(1);
    }

    /// The upstream's slowness is not the reader's.
    @Test
    void whoWaitsForBytesIsNotCut() throws Exception {
        PatternContent content = new PatternContent(2_000_000).stallingAt(1_000_000);
        RegistryServer server = serve(CONFIG, STRICT, content);
        RawClient client = client(server).send(RawClient.get("/"));
        assertThat(client.head().status()).isEqualTo(200);
        assertThat(client.read(1_000_000)).hasSize(1_000_000);
        content.stalled.await();

        assertThat(client.hears(Duration.ofMillis(800))).isFalse();

        assertThat(server.connected()).isEqualTo(1);
    }
}
