package dev.tarn.tracing;

import dev.tarn.oci.Digest;
import io.opentelemetry.api.trace.SpanContext;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// The spans of the downloads that ended last.
final class Latest {

    static final int MAX = 1000;

    private final Map<Digest, SpanContext> spans = new LinkedHashMap<>();

    synchronized void put(Digest digest, SpanContext span) {
        spans.remove(digest);
        spans.put(digest, span);
        if (spans.size() > MAX) {
            spans.remove(spans.keySet().iterator().next());
        }
    }

    synchronized Optional<SpanContext> of(Digest digest) {
        return Optional.ofNullable(spans.get(digest));
    }
}
