package dev.tarn.tracing;

import dev.tarn.oci.Digest;
import dev.tarn.oci.RegistryException;
import dev.tarn.oci.RegistryHost;
import dev.tarn.pull.Outcome;
import dev.tarn.pull.PullListener;
import dev.tarn.report.Reason;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigurationException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.bridge.SLF4JBridgeHandler;

/// A span for each answer to a client, within the client's own trace where it sent one, and a span
/// for each download. A download serves many answers, so they link to it rather than hold it. A
/// trace goes no further: upstreams are strangers, and are not told of it.
public final class Tracing implements PullListener, AutoCloseable {

    /// What the variables may say otherwise. `/metrics` and the log are there without
    /// OpenTelemetry.
    private static final Map<String, String> DEFAULTS =
            Map.of(
                    "otel.service.name", "tarn",
                    "otel.metrics.exporter", "none",
                    "otel.logs.exporter", "none",
                    "otel.exporter.otlp.protocol", "http/protobuf");

    private static final Duration LAST_SPANS = Duration.ofSeconds(2);

    private final OpenTelemetrySdk sdk;
    private final Tracer tracer;
    private final InstantSource clock;
    private final Latest downloads = new Latest();

    Tracing(OpenTelemetrySdk sdk, InstantSource clock) {
        this.sdk = sdk;
        this.clock = clock;
        tracer = sdk.getTracer("dev.tarn");
    }

    /// Whether the variables of OpenTelemetry say where spans go.
    public static boolean isAskedFor(Map<String, String> environment) {
        String exporter = environment.getOrDefault("OTEL_TRACES_EXPORTER", "");
        boolean hasEndpoint =
                environment.containsKey("OTEL_EXPORTER_OTLP_ENDPOINT")
                        || environment.containsKey("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT");
        return !environment.getOrDefault("OTEL_SDK_DISABLED", "").equalsIgnoreCase("true")
                && !exporter.equals("none")
                && (hasEndpoint || !exporter.isEmpty());
    }

    /// Sends spans from now on.
    ///
    /// @throws IllegalArgumentException if a variable makes no sense
    public static Tracing start(Map<String, String> environment) {
        SLF4JBridgeHandler.removeHandlersForRootLogger();
        SLF4JBridgeHandler.install();
        Map<String, String> properties = new HashMap<>(DEFAULTS);
        environment.forEach((name, value) -> {
            if (name.startsWith("OTEL_")) {
                properties.put(name.toLowerCase(Locale.ROOT).replace('_', '.'), value);
            }
        });
        try {
            OpenTelemetrySdk sdk =
                    AutoConfiguredOpenTelemetrySdk.builder()
                            .addPropertiesSupplier(() -> properties)
                            .disableShutdownHook()
                            .build()
                            .getOpenTelemetrySdk();
            return new Tracing(sdk, InstantSource.system());
        } catch (ConfigurationException e) {
            throw new IllegalArgumentException("tracing (OTEL_…): " + e.getMessage(), e);
        }
    }

    @Override
    public void answered(Answered answer) {
        Asking asking = answer.asking();
        Instant end = clock.instant();
        Instant start = end.minusNanos(answer.timing().total());
        String method = asking.isHead() ? "HEAD" : "GET";
        SpanBuilder builder =
                tracer.spanBuilder(method + " " + route(asking.kind()))
                        .setParent(parent(asking.traceParent()))
                        .setSpanKind(SpanKind.SERVER)
                        .setStartTimestamp(start)
                        .setAttribute("http.request.method", method)
                        .setAttribute("http.route", route(asking.kind()))
                        .setAttribute("http.response.status_code", answer.status())
                        .setAttribute("http.response.body.size", answer.bytes())
                        .setAttribute("client.address", asking.client().address())
                        .setAttribute("user_agent.original", asking.client().agent())
                        .setAttribute("tarn.request", asking.requestId())
                        .setAttribute("tarn.upstream", asking.repository().host().text())
                        .setAttribute("tarn.repository", asking.repository().name().toString())
                        .setAttribute("tarn.reference", asking.reference())
                        .setAttribute("tarn.outcome", word(answer.outcome()))
                        .setAttribute("tarn.end", word(answer.end()));
        Optional<Digest> digest = answer.answering().digest();
        digest.ifPresent(it -> builder.setAttribute("tarn.digest", it.toString()));
        if (answer.outcome() != Outcome.HIT) {
            digest.flatMap(downloads::of).ifPresent(builder::addLink);
        }
        answer.failure()
                .ifPresent(why -> builder.setAttribute("error.type", Reason.of(why).word()));
        Span span = builder.startSpan();
        span.addEvent("first byte", start.plusNanos(answer.timing().firstByte()));
        if (answer.status() >= 500 || answer.end() == End.BROKEN) {
            span.setStatus(
                    StatusCode.ERROR,
                    answer.failure().map(RegistryException::getMessage).orElse(""));
        }
        span.end(end);
    }

    @Override
    public void downloaded(RegistryHost upstream, Digest digest, long bytes, Duration duration) {
        Instant end = clock.instant();
        Span span =
                download(upstream, digest)
                        .setStartTimestamp(end.minus(duration))
                        .setAttribute("tarn.bytes", bytes)
                        .startSpan();
        span.end(end);
        downloads.put(digest, span.getSpanContext());
    }

    @Override
    public void downloadFailed(RegistryHost upstream, Digest digest, RegistryException failure) {
        Span span =
                download(upstream, digest)
                        .setAttribute("error.type", Reason.of(failure).word())
                        .startSpan();
        span.setStatus(StatusCode.ERROR, String.valueOf(failure.getMessage()));
        span.end();
        downloads.put(digest, span.getSpanContext());
    }

    private SpanBuilder download(RegistryHost upstream, Digest digest) {
        return tracer.spanBuilder("download blob")
                .setNoParent()
                .setSpanKind(SpanKind.CLIENT)
                .setAttribute("tarn.upstream", upstream.text())
                .setAttribute("tarn.digest", digest.toString());
    }

    /// One that is not as the standard has it means nothing.
    private static Context parent(Optional<String> traceParent) {
        return traceParent
                .map(text ->
                        W3CTraceContextPropagator.getInstance()
                                .extract(Context.root(), text, TraceParent.GETTER))
                .orElse(Context.root());
    }

    /// The one header there is.
    private enum TraceParent implements TextMapGetter<String> {
        GETTER;

        @Override
        public @Nullable String get(@Nullable String carrier, String key) {
            return key.equals("traceparent") ? carrier : null;
        }
    }

    private static String route(Kind kind) {
        return switch (kind) {
            case MANIFEST -> "/v2/{name}/manifests/{reference}";
            case BLOB -> "/v2/{name}/blobs/{digest}";
            case TAGS -> "/v2/{name}/tags/list";
            case REFERRERS -> "/v2/{name}/referrers/{digest}";
        };
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    /// Tells what is left to tell, but does not wait long for a collector that is not there.
    @Override
    public void close() {
        sdk.shutdown().join(LAST_SPANS.toMillis(), TimeUnit.MILLISECONDS);
    }
}
