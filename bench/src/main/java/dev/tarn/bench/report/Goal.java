package dev.tarn.bench.report;

import java.util.List;
import java.util.OptionalDouble;
import java.util.function.DoubleBinaryOperator;

/// What Tarn must reach in a scenario, and what was measured. Always of medians.
public record Goal(String what, Relation relation, double bound, OptionalDouble measured) {

    /// Which side of the bound is good.
    public enum Relation {
        AT_LEAST(">="),
        AT_MOST("<=");

        private final String sign;

        Relation(String sign) {
            this.sign = sign;
        }

        private boolean holds(double measured, double bound) {
            return this == AT_LEAST ? measured >= bound : measured <= bound;
        }
    }

    /// `metric` of `subject`, as it is.
    public static Goal value(
            Sheet sheet, Metric metric, String subject, Relation relation, double bound) {
        return new Goal(
                "%s: %s".formatted(sheet.title(), metric),
                relation,
                bound,
                sheet.median(subject, metric));
    }

    /// How many times what `reference` has.
    public static Goal ratio(
            Sheet sheet,
            Metric metric,
            String subject,
            String reference,
            Relation relation,
            double bound) {
        return new Goal(
                "%s: %s ÷ %s".formatted(sheet.title(), metric, reference),
                relation,
                bound,
                combine(
                        sheet.median(subject, metric),
                        sheet.median(reference, metric),
                        (a, b) -> a / b));
    }

    /// How many times what the same has in another case, or under another metric.
    public static Goal ratio(
            String what,
            OptionalDouble measured,
            OptionalDouble reference,
            Relation relation,
            double bound) {
        return new Goal(what, relation, bound, combine(measured, reference, (a, b) -> a / b));
    }

    /// How much more than what `reference` has.
    public static Goal difference(
            Sheet sheet,
            Metric metric,
            String subject,
            String reference,
            Relation relation,
            double bound) {
        return new Goal(
                "%s: %s − %s".formatted(sheet.title(), metric, reference),
                relation,
                bound,
                combine(
                        sheet.median(subject, metric),
                        sheet.median(reference, metric),
                        (a, b) -> a - b));
    }

    /// How many times what the one of `references` has that has most.
    public static Goal ratioToBest(
            Sheet sheet, Metric metric, String subject, List<String> references, double bound) {
        String best = references.isEmpty() ? "the best peer" : references.getFirst();
        for (String reference : references) {
            if (sheet.median(reference, metric).orElse(0) > sheet.median(best, metric).orElse(0)) {
                best = reference;
            }
        }
        return ratio(sheet, metric, subject, best, Relation.AT_LEAST, bound);
    }

    private static OptionalDouble combine(
            OptionalDouble mine, OptionalDouble other, DoubleBinaryOperator how) {
        return mine.isPresent() && other.isPresent()
                ? OptionalDouble.of(how.applyAsDouble(mine.getAsDouble(), other.getAsDouble()))
                : OptionalDouble.empty();
    }

    /// `ok`, `SHORT`, or that it was not measured.
    public String verdict() {
        if (measured.isEmpty()) {
            return "not measured";
        }
        return relation.holds(measured.getAsDouble(), bound) ? "ok" : "SHORT";
    }

    /// In one line.
    public String line() {
        return "* %s %s: %s, %s".formatted(cells().toArray());
    }

    /// A row of the last table.
    public List<String> cells() {
        return List.of(
                what,
                relation.sign + " " + Figures.text(bound),
                measured.isPresent() ? Figures.text(measured.getAsDouble()) : "–",
                verdict());
    }
}
