package dev.tarn.tracing;

import static io.opentelemetry.api.common.AttributeKey.longKey;
import static io.opentelemetry.api.common.AttributeKey.stringKey;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tarn.oci.Digest;
import dev.tarn.oci.RegistryException.UpstreamFailed;
import dev.tarn.oci.RegistryHost;
import dev.tarn.pull.HeardAnswer;
import dev.tarn.pull.Outcome;
import dev.tarn.pull.PullListener.End;
import dev.tarn.pull.PullListener.Kind;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TracingTest {

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:10Z");
    private static final RegistryHost QUAY = new RegistryHost("quay.io");
    private static final Digest DIGEST = Digest.of(Digest.Algorithm.SHA256, new byte[] {1});

    private final InMemorySpanExporter spans = InMemorySpanExporter.create();
    private final Tracing tracing =
            new Tracing(
                    OpenTelemetrySdk.builder()
                            .setTracerProvider(
                                    SdkTracerProvider.builder()
                                            .addSpanProcessor(SimpleSpanProcessor.create(spans))
                                            .build())
                            .build(),
                    InstantSource.fixed(NOW));

    @AfterEach
    void stop() {
        tracing.close();
    }

    private SpanData last() {
        return spans.getFinishedSpanItems().getLast();
    }

    private static long nanos(Instant at) {
        return TimeUnit.SECONDS.toNanos(at.getEpochSecond()) + at.getNano();
    }

    @Test
    void anAnswerIsASpanFromTheRequestToTheLastByte() {
        HeardAnswer.blob(DIGEST)
                .sent(300)
                .took(Duration.ofMillis(7), Duration.ZERO, Duration.ZERO)
                .tell(tracing);

        SpanData span = last();
        assertThat(span.getName()).isEqualTo("GET /v2/{name}/blobs/{digest}");
        assertThat(span.getKind()).isEqualTo(SpanKind.SERVER);
        assertThat(span.getStartEpochNanos()).isEqualTo(nanos(NOW.minusMillis(7)));
        assertThat(span.getEndEpochNanos()).isEqualTo(nanos(NOW));
        assertThat(span.getEvents().getFirst().getEpochNanos())
                .isEqualTo(nanos(NOW.minusMillis(6)));
        assertThat(span.getParentSpanContext().isValid()).isFalse();
        assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
        assertThat(span.getAttributes().asMap())
                .containsEntry(stringKey("http.request.method"), "GET")
                .containsEntry(longKey("http.response.status_code"), 200L)
                .containsEntry(longKey("http.response.body.size"), 300L)
                .containsEntry(stringKey("client.address"), "192.0.2.7")
                .containsEntry(stringKey("user_agent.original"), "docker/27")
                .containsEntry(stringKey("tarn.request"), "r-1")
                .containsEntry(stringKey("tarn.upstream"), "quay.io")
                .containsEntry(stringKey("tarn.repository"), "a/b")
                .containsEntry(stringKey("tarn.outcome"), "hit")
                .containsEntry(stringKey("tarn.digest"), DIGEST.toString());
    }

    @Test
    void anAnswerBelongsToTheTraceOfTheClient() {
        HeardAnswer.of(Kind.MANIFEST, "v1")
                .within("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
                .tell(tracing);

        assertThat(last().getTraceId()).isEqualTo("0af7651916cd43dd8448eb211c80319c");
        assertThat(last().getParentSpanId()).isEqualTo("b7ad6b7169203331");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "00-0", "00-00000000000000000000000000000000-b7ad6b7169203331-01"})
    void aTraceThatIsNoneMeansNothing(String traceParent) {
        HeardAnswer.of(Kind.TAGS, "").within(traceParent).tell(tracing);

        assertThat(last().getParentSpanContext().isValid()).isFalse();
    }

    @Test
    void allWhoWaitedForADownloadLinkToIt() {
        tracing.downloaded(QUAY, DIGEST, 300, Duration.ofSeconds(2));
        SpanData download = last();
        HeardAnswer.blob(DIGEST).with(Outcome.MISS).tell(tracing);
        assertThat(last().getLinks())
                .extracting(LinkData::getSpanContext)
                .containsExactly(download.getSpanContext());
        HeardAnswer.blob(DIGEST).with(Outcome.JOIN).tell(tracing);
        assertThat(last().getLinks()).hasSize(1);
        HeardAnswer.blob(DIGEST).with(Outcome.HIT).tell(tracing);
        assertThat(last().getLinks()).isEmpty();

        assertThat(download.getKind()).isEqualTo(SpanKind.CLIENT);
        assertThat(download.getEndEpochNanos() - download.getStartEpochNanos())
                .isEqualTo(Duration.ofSeconds(2).toNanos());
        assertThat(download.getAttributes().get(longKey("tarn.bytes"))).isEqualTo(300);
    }

    @Test
    void whatFailedSaysWhy() {
        UpstreamFailed why = new UpstreamFailed(UpstreamFailed.Kind.SILENT, "no byte for 15 s");
        tracing.downloadFailed(QUAY, DIGEST, why);
        assertThat(last().getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
        assertThat(last().getStatus().getDescription()).isEqualTo("no byte for 15 s");

        HeardAnswer.blob(DIGEST).failed(502, why).tell(tracing);
        assertThat(last().getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
        assertThat(last().getAttributes().get(stringKey("error.type"))).isEqualTo("silent");
    }

    @Test
    void aClientThatLeavesIsNoError() {
        HeardAnswer.blob(DIGEST).tell(tracing, End.LEFT);

        assertThat(last().getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
        assertThat(last().getAttributes().get(stringKey("tarn.end"))).isEqualTo("left");
    }

    @Test
    void onlySoManyDownloadsAreRemembered() {
        Latest latest = new Latest();
        tracing.downloaded(QUAY, DIGEST, 1, Duration.ZERO);
        latest.put(DIGEST, last().getSpanContext());
        for (int i = 0; i < Latest.MAX; i++) {
            byte[] bytes = {2, (byte) i, (byte) (i >> 8)};
            latest.put(Digest.of(Digest.Algorithm.SHA256, bytes), last().getSpanContext());
        }

        assertThat(latest.of(DIGEST)).isEmpty();
        byte[] first = {2, 0, 0};
        assertThat(latest.of(Digest.of(Digest.Algorithm.SHA256, first))).isPresent();
    }

    @ParameterizedTest
    @CsvSource({
        "OTEL_EXPORTER_OTLP_ENDPOINT=http://x, true",
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http://x, true",
        "OTEL_TRACES_EXPORTER=otlp, true",
        "OTEL_TRACES_EXPORTER=none, false",
        "OTEL_TRACES_EXPORTER=none OTEL_EXPORTER_OTLP_ENDPOINT=http://x, false",
        "OTEL_SDK_DISABLED=true OTEL_EXPORTER_OTLP_ENDPOINT=http://x, false",
        "OTEL_SERVICE_NAME=x, false",
    })
    void theVariablesSayWhetherThereAreSpans(String variables, boolean isAskedFor) {
        Map<String, String> environment = new HashMap<>();
        for (String variable : variables.split(" ")) {
            String[] nameAndValue = variable.split("=", 2);
            environment.put(nameAndValue[0], nameAndValue[1]);
        }

        assertThat(Tracing.isAskedFor(environment)).isEqualTo(isAskedFor);
    }

    @Test
    void aVariableThatMakesNoSenseIsNamed() {
        Map<String, String> environment = Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318");

        assertThatThrownBy(() -> Tracing.start(environment))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("tracing (OTEL_…): ")
                .hasMessageContaining("collector:4318");
    }
}
