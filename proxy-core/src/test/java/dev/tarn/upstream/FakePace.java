package dev.tarn.upstream;

import java.time.Duration;

/// Spreads bytes over time.
final class FakePace {
    private long nextNanos = System.nanoTime();

    /// How long to wait before sending this much.
    synchronized Duration reserve(int bytes, long bytesPerSecond) {
        if (bytesPerSecond == FakeAnswer.NEVER) {
            return Duration.ZERO;
        }
        long now = System.nanoTime();
        long start = nextNanos - now > 0 ? nextNanos : now;
        nextNanos = start + (long) (bytes * 1e9 / bytesPerSecond);
        return Duration.ofNanos(start - now);
    }
}
