package dev.tarn.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.tarn.config.ConfigReader;
import dev.tarn.oci.Descriptor;
import dev.tarn.oci.Digest;
import dev.tarn.upstream.FakeImage;
import dev.tarn.upstream.FakeRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/// Another configuration while the mirror runs.
@Timeout(120)
class ReloadTest {

    private static final int RELOADS = 100;
    private static final int CLIENTS = 6;

    private final FakeRegistry one = FakeRegistry.start();
    private final FakeRegistry other = FakeRegistry.start();
    private final FakeImage image = one.addImage("app", "v1", 1, 300_000, 5_000);
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final Logger logger = (Logger) LoggerFactory.getLogger(Mirror.class);
    @TempDir private Path folder = Path.of("");
    private Mirror mirror;
    private PullClient client;

    @BeforeEach
    void start() {
        other.addImage("app", "v1", 1, 300_000, 5_000);
        other.addImage("other", "v1", 2, 1_000);
        write(upstreams("one.test", one));
        mirror = Mirror.start(ConfigReader.read(Optional.of(file()), Map.of()), Map.of());
        client = new PullClient(mirror.url());
        log.start();
        logger.addAppender(log);
    }

    @AfterEach
    void stop() {
        logger.detachAppender(log);
        mirror.close();
        one.close();
        other.close();
    }

    private Path file() {
        return folder.resolve("tarn.yaml");
    }

    private void write(String upstreams) {
        write("127.0.0.1:0", upstreams);
    }

    private void write(String address, String upstreams) {
        try {
            Files.writeString(
                    file(),
                    """
                    http: {addr: "%s"}
                    admin: {addr: "127.0.0.1:0"}
                    storage: {rootdirectory: %s}
                    download: {chunk-size: 64KiB}
                    default-upstream: one.test
                    upstreams:
                    %s\
                    """
                            .formatted(address, folder.resolve("store"), upstreams));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String upstreams(String host, FakeRegistry registry) {
        return "  %s: {urls: [\"%s\"], insecure: true, negative-ttl: 0s}\n"
                .formatted(host, registry.uri());
    }

    private void reload() {
        mirror.reload(() -> ConfigReader.read(Optional.of(file()), Map.of()));
    }

    private List<String> said() {
        return log.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    private boolean isConfigGood() {
        return new PullClient(mirror.adminUrl())
                .get("/metrics")
                .text()
                .lines()
                .anyMatch("tarn_config_last_reload_successful 1.0"::equals);
    }

    @Test
    void anUpstreamThatIsNewIsServedAtOnceAndOneThatIsGoneIsNot() {
        String request = "/v2/other/manifests/v1?ns=other.test";
        assertThat(client.get(request).status()).isEqualTo(404);

        write(upstreams("one.test", one) + upstreams("other.test", other));
        reload();
        assertThat(client.get(request).status()).isEqualTo(200);
        assertThat(new PullClient(mirror.adminUrl()).get("/api/v1/upstreams").text())
                .contains("other.test");

        write(upstreams("one.test", one));
        reload();
        assertThat(client.get(request).status()).isEqualTo(404);
        assertThat(said()).hasSize(2);
    }

    @Test
    void anUpstreamIsAskedWhereItIsNow() {
        write(upstreams("one.test", other));
        reload();

        assertThat(client.get("/v2/other/manifests/v1").status()).isEqualTo(200);
        assertThat(one.requests()).isEmpty();
    }

    @Test
    void aWrongOneIsReportedAndChangesNothing() {
        write(upstreams("one.test", one) + "  other.test: {url: x}\n");
        reload();

        assertThat(said())
                .containsExactly(
                        file()
                                + ":8:16: upstreams.other.test.url: unknown key (did you mean 'urls'?)",
                        "the configuration is wrong, and stays as it was");
        assertThat(client.get("/v2/app/manifests/v1").status()).isEqualTo(200);
        assertThat(isConfigGood()).isFalse();

        write(upstreams("one.test", one));
        reload();
        assertThat(isConfigGood()).isTrue();
        assertThat(said()).endsWith("the configuration says nothing new");
    }

    @Test
    void aCertificateThatIsNoneIsReportedAndChangesNothing() throws IOException {
        Path authority = Files.writeString(folder.resolve("ca.pem"), "no certificate at all");
        write(
                "  one.test: {urls: [\"%s\"], insecure: true, ca: %s}\n"
                        .formatted(other.uri(), authority));
        reload();

        assertThat(said()).hasSize(2).last().asString().contains("stays as it was");
        assertThat(said().getFirst()).contains(authority.toString());
        assertThat(isConfigGood()).isFalse();
        assertThat(client.get("/v2/app/manifests/v1").status()).isEqualTo(200);
        assertThat(other.requests()).isEmpty();
    }

    @Test
    void whatCannotChangeWhileItRunsIsNamed() {
        write("127.0.0.1:1", upstreams("one.test", one));
        reload();

        assertThat(said()).contains("http.addr: takes effect when the mirror starts again");
        assertThat(new PullClient(mirror.adminUrl()).get("/api/v1/config").text())
                .contains("127.0.0.1:0")
                .doesNotContain("127.0.0.1:1\"");
    }

    @Test
    void aPullGoesOnWithAnUpstreamThatIsNoMore() throws Exception {
        Descriptor layer = image.layers().getFirst();
        one.limitRate(300_000);
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Answer> answer =
                    executor.submit(() -> client.get("/v2/app/blobs/" + layer.digest()));
            await().until(() -> one.bytesSent(layer.digest()) > 0);
            write(upstreams("one.test", other));
            reload();

            assertThat(answer.get().isComplete()).isTrue();
            assertThat(Digest.of(Digest.Algorithm.SHA256, answer.get().body()))
                    .isEqualTo(layer.digest());
        }
        assertThat(other.bytesSent()).isZero();
    }

    /// What each client gets is right and whole, however often the configuration changes meanwhile.
    @Test
    void aHundredReloadsUnderLoadDropNothing() throws Exception {
        List<FakeImage> images = new ArrayList<>();
        for (int i = 0; i < RELOADS; i++) {
            images.add(one.addImage("load", "v" + i, 100 + i, 200_000));
            other.addImage("load", "v" + i, 100 + i, 200_000);
        }
        AtomicBoolean isOver = new AtomicBoolean();
        AtomicInteger pulls = new AtomicInteger();
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(executor.submit(() -> pullUntil(isOver, images, pulls)));
            }
            int bad = 0;
            for (int i = 0; i < RELOADS; i++) {
                boolean isBad = i % 10 < 3;
                bad += isBad ? 1 : 0;
                write(
                        upstreams("one.test", i % 2 == 0 ? one : other)
                                + (isBad ? "  x.test: {tag-ttl: soon}\n" : ""));
                int before = pulls.get();
                reload();
                await().pollInterval(Duration.ofMillis(5)).until(() -> pulls.get() > before);
            }
            isOver.set(true);

            for (Future<?> each : clients) {
                each.get();
            }
            assertThat(bad).isEqualTo(30);
            assertThat(
                            said().stream()
                                    .filter(line ->
                                            line.startsWith(
                                                    file() + ":8:21: upstreams.x.test.tag-ttl: ")))
                    .hasSize(bad);
            assertThat(said().stream().filter(line -> line.contains("was read again")))
                    .hasSizeGreaterThanOrEqualTo(30);
        }
    }

    private void pullUntil(AtomicBoolean isOver, List<FakeImage> images, AtomicInteger pulls) {
        while (!isOver.get()) {
            FakeImage pulled = images.get(pulls.get() % images.size());
            check(client.get("/v2/load/manifests/" + pulled.digest()), pulled.manifest());
            for (Descriptor blob : pulled.blobs()) {
                check(client.get("/v2/load/blobs/" + blob.digest()), blob);
            }
            pulls.incrementAndGet();
        }
    }

    private static void check(Answer answer, Descriptor wanted) {
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.isComplete()).isTrue();
        assertThat(Digest.of(Digest.Algorithm.SHA256, answer.body())).isEqualTo(wanted.digest());
    }
}
