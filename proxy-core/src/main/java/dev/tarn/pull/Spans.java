package dev.tarn.pull;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/// A set of byte positions as disjoint spans, `start` inclusive and `end` exclusive; spans that
/// touch are one. Not thread-safe: its owner locks.
public final class Spans {

    /// `start` inclusive, `end` exclusive, never empty.
    public record Span(long start, long end) {
        public Span {
            if (start < 0 || end <= start) {
                throw new IllegalArgumentException("not a span: " + start + " to " + end);
            }
        }

        public long length() {
            return end - start;
        }
    }

    private final NavigableMap<Long, Long> ends = new TreeMap<>();

    public static Spans of(List<Span> spans) {
        Spans result = new Spans();
        spans.forEach(span -> result.add(span.start(), span.end()));
        return result;
    }

    public void add(long start, long end) {
        if (start >= end) {
            return;
        }
        long from = start;
        long to = end;
        Map.Entry<Long, Long> before = ends.floorEntry(start);
        if (before != null && before.getValue() >= start) {
            from = before.getKey();
            to = Math.max(to, before.getValue());
        }
        NavigableMap<Long, Long> swallowed = ends.subMap(from, true, to, true);
        if (!swallowed.isEmpty()) {
            to = Math.max(to, swallowed.lastEntry().getValue());
        }
        swallowed.clear();
        ends.put(from, to);
    }

    /// The end of the span that holds `position`, or `position` itself where none does.
    public long endAt(long position) {
        Map.Entry<Long, Long> span = ends.floorEntry(position);
        return span == null ? position : Math.max(position, span.getValue());
    }

    /// The start of the first span at or behind `position`, or `otherwise` where there is none.
    public long nextStart(long position, long otherwise) {
        Long start = ends.ceilingKey(position);
        return start == null ? otherwise : start;
    }

    /// How many positions there are.
    public long length() {
        return toList().stream().mapToLong(Span::length).sum();
    }

    public List<Span> toList() {
        List<Span> spans = new ArrayList<>(ends.size());
        ends.forEach((start, end) -> spans.add(new Span(start, end)));
        return spans;
    }

    @Override
    public String toString() {
        return toList().toString();
    }
}
