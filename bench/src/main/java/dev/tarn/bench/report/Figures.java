package dev.tarn.bench.report;

import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;

/// Numbers from samples.
public final class Figures {

    private Figures() {}

    /// The middle one, or the mean of the two in the middle.
    public static double median(Collection<Double> samples) {
        double[] sorted = sorted(samples);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /// The smallest sample that at least `share` of all do not exceed.
    public static double quantile(Collection<Double> samples, double share) {
        double[] sorted = sorted(samples);
        int rank = (int) Math.ceil(share * sorted.length);
        return sorted[Math.clamp(rank - 1, 0, sorted.length - 1)];
    }

    /// Four significant digits are more than a benchmark can know.
    public static String text(double figure) {
        double size = Math.abs(figure);
        int decimals = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
        return String.format(Locale.ROOT, "%,." + decimals + "f", figure);
    }

    private static double[] sorted(Collection<Double> samples) {
        if (samples.isEmpty()) {
            throw new IllegalArgumentException("no samples");
        }
        double[] sorted = samples.stream().mapToDouble(Double::doubleValue).toArray();
        Arrays.sort(sorted);
        return sorted;
    }
}
