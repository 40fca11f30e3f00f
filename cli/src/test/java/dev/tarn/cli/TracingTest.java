package dev.tarn.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.tarn.oci.Descriptor;
import dev.tarn.upstream.FakeImage;
import dev.tarn.upstream.FakeRegistry;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Spans go to the collector that the variables of OpenTelemetry name, in its own protocol.
@Timeout(60)
class TracingTest {

    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";

    private final FakeRegistry registry = FakeRegistry.start();
    private final FakeImage image = registry.addImage("app", "v1", 1, 300_000);
    private final List<ExportTraceServiceRequest> told = new CopyOnWriteArrayList<>();
    private final HttpServer collector = collector();
    @TempDir private Path root = Path.of("");
    private MirrorFixture mirror;

    private HttpServer collector() {
        try {
            HttpServer server =
                    HttpServer.create(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.createContext("/v1/traces", this::take);
            server.start();
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void take(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        boolean isZipped = "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"));
        try (InputStream in = new ByteArrayInputStream(body);
                InputStream plain = isZipped ? new GZIPInputStream(in) : in) {
            told.add(ExportTraceServiceRequest.parseFrom(plain));
        }
        exchange.sendResponseHeaders(200, -1);
        exchange.close();
    }

    @BeforeEach
    void start() {
        String endpoint = "http://127.0.0.1:" + collector.getAddress().getPort();
        mirror =
                MirrorFixture.within(
                        Map.of(
                                "OTEL_EXPORTER_OTLP_ENDPOINT",
                                endpoint,
                                "OTEL_BSP_SCHEDULE_DELAY",
                                "100"),
                        root,
                        MirrorFixture.upstream("upstream.test", registry));
    }

    @AfterEach
    void stop() {
        mirror.close();
        registry.close();
        collector.stop(0);
    }

    private List<Span> spans() {
        return told.stream()
                .flatMap(request -> request.getResourceSpansList().stream())
                .flatMap(spans -> spans.getScopeSpansList().stream())
                .flatMap(spans -> spans.getSpansList().stream())
                .toList();
    }

    private Span span(String name) {
        return spans().stream().filter(it -> it.getName().equals(name)).findFirst().orElseThrow();
    }

    @Test
    void aPullIsInTheTraceOfWhoeverPulls() {
        String traceParent = "00-" + TRACE + "-b7ad6b7169203331-01";
        mirror.client().get("/v2/app/manifests/v1", "traceparent", traceParent);
        Descriptor layer = image.blobs().getLast();
        mirror.client().get("/v2/app/blobs/" + layer.digest(), "traceparent", traceParent);

        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() ->
                        assertThat(spans())
                                .extracting(Span::getName)
                                .contains(
                                        "GET /v2/{name}/manifests/{reference}",
                                        "GET /v2/{name}/blobs/{digest}",
                                        "download blob"));

        Span blob = span("GET /v2/{name}/blobs/{digest}");
        Span download =
                spans().stream()
                        .filter(it -> it.getName().equals("download blob"))
                        .filter(it -> it.toString().contains(layer.digest().toString()))
                        .findFirst()
                        .orElseThrow();
        assertThat(hex(blob.getTraceId())).isEqualTo(TRACE);
        assertThat(hex(blob.getParentSpanId())).isEqualTo("b7ad6b7169203331");
        assertThat(blob.getLinks(0).getSpanId()).isEqualTo(download.getSpanId());
        assertThat(told.getFirst().getResourceSpans(0).getResource().getAttributesList())
                .anySatisfy(it -> {
                    assertThat(it.getKey()).isEqualTo("service.name");
                    assertThat(it.getValue().getStringValue()).isEqualTo("tarn");
                });
        assertThat(registry.requests()).noneMatch(it -> it.header("traceparent").isPresent());
    }

    private static String hex(ByteString bytes) {
        return HexFormat.of().formatHex(bytes.toByteArray());
    }

    @Test
    void whatIsLeftIsToldAtTheEnd() {
        mirror.client().get("/v2/app/manifests/v1");
        mirror.stop();

        assertThat(span("GET /v2/{name}/manifests/{reference}").getTraceId().size()).isEqualTo(16);
    }
}
