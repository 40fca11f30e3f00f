package dev.tarn.upstream;

import java.time.Duration;

/// A budget that several waits share.
final class Deadline {
    /// An address that does not answer leaves two thirds of what is left to those after it.
    private static final int SHARES_MAX = 3;

    private final long endNanos;

    Deadline(Duration budget) {
        this.endNanos = System.nanoTime() + budget.toNanos();
    }

    long remainingNanos() {
        return Math.max(0, endNanos - System.nanoTime());
    }

    boolean isOver() {
        return remainingNanos() == 0;
    }

    /// What the first of so many attempts may use.
    long share(int attempts) {
        return remainingNanos() / Math.clamp(attempts, 1, SHARES_MAX);
    }
}
