package dev.tarn.bench.faults;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// What a campaign did and what it saw: counts by name, and what broke a promise. Any thread may
/// add.
final class Tally {

    private static final int SHOWN_MAX = 12;

    private final PrintStream out;
    private final Map<String, Long> counts = Collections.synchronizedMap(new LinkedHashMap<>());
    private final List<String> violations = Collections.synchronizedList(new ArrayList<>());

    Tally(PrintStream out) {
        this.out = out;
    }

    void add(String what, long count) {
        counts.merge(what, count, Long::sum);
    }

    void count(String what) {
        add(what, 1);
    }

    /// The highest value seen.
    void most(String what, long value) {
        counts.merge(what, value, Math::max);
    }

    long total(String what) {
        return counts.getOrDefault(what, 0L);
    }

    /// Said at once, as long as there are few: the rest of a campaign may take an hour.
    void violated(String what) {
        violations.add(what);
        int number = violations.size();
        if (number <= SHOWN_MAX || what.contains(Invariants.WRONG)) {
            out.println("  BROKEN " + what);
        } else if (number == SHOWN_MAX + 1) {
            out.println("  … and more");
        }
    }

    List<String> violations() {
        return List.copyOf(violations);
    }

    String line() {
        synchronized (counts) {
            return counts.entrySet().stream()
                    .map(entry -> entry.getValue() + " " + entry.getKey())
                    .collect(Collectors.joining(", "));
        }
    }
}
