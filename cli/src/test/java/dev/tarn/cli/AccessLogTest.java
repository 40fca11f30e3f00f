package dev.tarn.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import ch.qos.logback.core.encoder.Encoder;
import dev.tarn.metrics.LogStyle;
import dev.tarn.metrics.PullLog;
import dev.tarn.upstream.FakeImage;
import dev.tarn.upstream.FakeRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The access log, as those read it who collect logs: each line is one JSON object, whatever a
/// client wrote, and all lines together say what the metrics say.
@Timeout(120)
class AccessLogTest {

    private static final int REQUESTS = 10_000;
    private static final int CLIENTS = 20;
    private static final int HOSTILE = 500;

    /// How many of the hostile parts may stand in a header (RFC 9110 §5.5).
    private static final int TAKEN = 14;

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Logger logger = (Logger) LoggerFactory.getLogger(PullLog.class);
    private final Lines lines =
            new Lines(LogToStandardError.encoder(logger.getLoggerContext(), LogStyle.TEXT));
    private final FakeRegistry registry = FakeRegistry.start();
    private final FakeImage image = registry.addImage("app", "v1", 1, 30_000, 1_000);
    @TempDir private Path root = Path.of("");

    /// What would be written to standard error.
    private static final class Lines extends AppenderBase<ILoggingEvent> {
        private final Queue<String> written = new ConcurrentLinkedQueue<>();
        private Encoder<ILoggingEvent> encoder;

        Lines(Encoder<ILoggingEvent> encoder) {
            this.encoder = encoder;
        }

        @Override
        protected void append(ILoggingEvent event) {
            written.add(new String(encoder.encode(event), UTF_8));
        }

        List<JsonNode> parsed() {
            return written.stream()
                    .peek(line -> assertThat(line.indexOf('\n')).isEqualTo(line.length() - 1))
                    .map(JSON::readTree)
                    .toList();
        }
    }

    private MirrorFixture start(LogStyle style) {
        lines.encoder = LogToStandardError.encoder(logger.getLoggerContext(), style);
        lines.start();
        logger.addAppender(lines);
        return MirrorFixture.logging(root, style, MirrorFixture.upstream("hub.test", registry));
    }

    @AfterEach
    void stop() {
        logger.detachAppender(lines);
        registry.close();
    }

    private static String name(LogStyle style, String plain, String ecs) {
        return style == LogStyle.LOGSTASH ? ecs : plain;
    }

    @ParameterizedTest
    @EnumSource(names = {"JSON", "LOGSTASH"})
    void tenThousandLinesSayWhatTheMetricsSay(LogStyle style) throws Exception {
        try (MirrorFixture mirror = start(style);
                HttpClient client = HttpClient.newHttpClient();
                ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                int seed = i;
                running.add(
                        clients.submit(() -> {
                            Random random = new Random(seed);
                            for (int j = 0; j < REQUESTS / CLIENTS; j++) {
                                ask(client, mirror.client().uri(), random);
                            }
                            return true;
                        }));
            }
            for (Future<?> one : running) {
                var _ = one.get();
            }
            await().untilAsserted(() -> assertThat(answers(style)).hasSize(REQUESTS));
            for (String kind : List.of("blob", "manifest")) {
                assertAgree(style, kind, mirror);
            }
        }
    }

    private List<JsonNode> answers(LogStyle style) {
        return lines.parsed().stream()
                .filter(line ->
                        line.path(name(style, "event", "event.action"))
                                .asString()
                                .equals("answered"))
                .toList();
    }

    private void ask(HttpClient client, URI mirror, Random random) throws Exception {
        String blob = image.blobs().get(random.nextInt(3)).digest().toString();
        String path =
                switch (random.nextInt(5)) {
                    case 0 -> "/v2/app/manifests/v1";
                    case 1 -> "/v2/app/manifests/" + image.manifest().digest();
                    case 2 -> "/v2/app/blobs/sha256:" + "0".repeat(64);
                    default -> "/v2/app/blobs/" + blob;
                };
        HttpRequest.Builder request =
                HttpRequest.newBuilder(mirror.resolve(path))
                        .method(
                                random.nextInt(4) == 0 ? "HEAD" : "GET",
                                HttpRequest.BodyPublishers.noBody());
        if (random.nextInt(5) == 0) {
            request.header("Range", "bytes=5-" + (5 + random.nextInt(20)));
        }
        var _ = client.send(request.build(), HttpResponse.BodyHandlers.discarding());
    }

    private void assertAgree(LogStyle style, String kind, MirrorFixture mirror) {
        List<JsonNode> all =
                answers(style).stream()
                        .filter(line ->
                                line.path(name(style, "kind", "tarn.kind")).asString().equals(kind))
                        .toList();
        String outcome = name(style, "outcome", "tarn.outcome");
        Predicate<JsonNode> isMiss = line -> line.path(outcome).asString().equals("miss");
        Predicate<JsonNode> isFailed = line -> line.path(outcome).asString().equals("failed");
        assertThat(value(mirror, "requests", kind)).isEqualTo(all.size());
        assertThat(value(mirror, "misses", kind)).isEqualTo(all.stream().filter(isMiss).count());
        assertThat(value(mirror, "hits", kind))
                .isEqualTo(all.stream().filter(isMiss.or(isFailed).negate()).count());
        assertThat(value(mirror, "pushed_bytes", kind))
                .isEqualTo(
                        all.stream()
                                .filter(isFailed.negate())
                                .mapToLong(line ->
                                        line.path(name(style, "bytes", "http.response.body.bytes"))
                                                .asLong())
                                .sum());
        assertThat(all)
                .allSatisfy(line -> {
                    assertThat(line.path(name(style, "request", "http.request.id")).asString())
                            .matches("[0-9a-f]{16}-[0-9]+");
                    assertThat(line.path(name(style, "ms", "tarn.ms")).asDouble()).isPositive();
                    assertThat(line.has(name(style, "level", "log.level"))).isTrue();
                    assertThat(line.has(name(style, "time", "@timestamp"))).isTrue();
                });
    }

    private static long value(MirrorFixture mirror, String what, String kind) {
        String series =
                "registry_proxy_%s_total{type=\"%s\",upstream_host=\"hub.test\"} "
                        .formatted(what, kind);
        return mirror.admin()
                .get("/metrics")
                .text()
                .lines()
                .filter(line -> line.startsWith(series))
                .mapToLong(line -> (long) Double.parseDouble(line.substring(series.length())))
                .sum();
    }

    @ParameterizedTest
    @EnumSource
    void nothingThatAClientWritesForgesALine(LogStyle style) throws Exception {
        try (MirrorFixture mirror = start(style)) {
            Random random = new Random(7);
            for (int i = 0; i < HOSTILE; i++) {
                boolean isTaken = i % 2 == 0;
                send(
                        mirror.client().uri(),
                        hostile(random, isTaken),
                        hostile(random, false),
                        isTaken);
            }
            await().during(Duration.ofMillis(300)).until(() -> true);
            assertThat(lines.written.size()).isGreaterThanOrEqualTo(HOSTILE / 2);
            if (style == LogStyle.TEXT) {
                assertThat(lines.written)
                        .allSatisfy(line ->
                                assertThat(line.strip())
                                        .matches("\\S+ INFO +PullLog: event=answered \\P{Cntrl}+")
                                        .doesNotContain("\n", "\r"));
                assertThat(lines.written)
                        .allSatisfy(line -> assertThat(line.split(" status=", -1)).hasSize(2));
            } else {
                assertThat(answers(style)).hasSameSizeAs(lines.written);
                assertThat(answers(style))
                        .allSatisfy(line ->
                                assertThat(
                                                line.path(
                                                                name(
                                                                        style,
                                                                        "status",
                                                                        "http.response.status_code"))
                                                        .asInt())
                                        .isEqualTo(404));
            }
        }
    }

    /// Bytes that could end a line, a text or an object, or begin another one.
    ///
    /// @param isTaken whether an HTTP server may take them at all
    private static String hostile(Random random, boolean isTaken) {
        List<String> parts =
                List.of(
                        "\t",
                        "\"",
                        "\\",
                        "\u0085",
                        "\u00e2\u0080\u00a8",
                        "\\n",
                        " status=200 ",
                        "}{",
                        "\",\"http.response.status_code\":200,\"x\":\"",
                        "%0d%0a",
                        "event=answered",
                        "\u00ff\u00fe",
                        "${jndi:ldap://x}",
                        "{}",
                        "\u001b[2J",
                        "\u0000",
                        "\u007f");
        StringBuilder text = new StringBuilder("x");
        for (int i = 0; i < 6; i++) {
            text.append(parts.get(random.nextInt(isTaken ? TAKEN : parts.size())));
        }
        return text.toString();
    }

    /// As no client of ours would.
    private static void send(URI mirror, String agent, String tag, boolean isInPath)
            throws IOException {
        String path = isInPath ? "/v2/app/manifests/none" : "/v2/app/manifests/" + tag;
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(mirror.getHost(), mirror.getPort()));
            socket.setSoTimeout(10_000);
            socket.getOutputStream()
                    .write(
                            ("GET "
                                            + path
                                            + " HTTP/1.1\r\nHost: m\r\nUser-Agent: "
                                            + agent
                                            + "\r\nConnection: close\r\n\r\n")
                                    .getBytes(ISO_8859_1));
            try (InputStream in = socket.getInputStream()) {
                var _ = in.readAllBytes();
            }
        }
    }
}
