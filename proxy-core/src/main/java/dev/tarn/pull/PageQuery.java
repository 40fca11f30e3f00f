package dev.tarn.pull;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/// The query parameters of a listing that are passed on to the upstream, in order, decoded.
public record PageQuery(SequencedMap<String, String> parameters) {

    public static final PageQuery FIRST = new PageQuery(new LinkedHashMap<>());

    public PageQuery {
        parameters = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(parameters));
    }

    public static PageQuery of(Map<String, String> parameters) {
        return new PageQuery(new LinkedHashMap<>(parameters));
    }
}
