package dev.tarn.bench.load;

import dev.tarn.bench.machine.Pause;

/// How fast a client reads: `start` is when it begins.
public record Pace(long start, double bytesPerSecond) {

    static final Pace UNLIMITED = new Pace(0, Double.POSITIVE_INFINITY);

    public static Pace fromNow(double bytesPerSecond) {
        return new Pace(System.nanoTime(), bytesPerSecond);
    }

    /// Waits until `bytes` may have been read.
    public void await(long bytes) {
        if (Double.isFinite(bytesPerSecond)) {
            Pause.until(start + (long) (bytes / bytesPerSecond * 1e9));
        }
    }
}
