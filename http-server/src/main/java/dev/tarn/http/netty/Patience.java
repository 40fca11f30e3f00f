package dev.tarn.http.netty;

import java.time.Duration;

/// How much of a client's slowness one answer bears: it may take nothing at all for the idle time,
/// and over each grace time it must take the minimum rate. Only time counts during which there were
/// bytes for it to take. Used by one thread at a time.
final class Patience {

    private final long idleNanos;
    private final long graceNanos;
    private final long minRateBytes;
    private long takenBytes;
    private long takenAtNanos;
    private long graceTakenBytes;
    private long graceStartNanos;

    Patience(Limits limits) {
        this.idleNanos = limits.idleTime().toNanos();
        this.graceNanos = limits.graceTime().toNanos();
        this.minRateBytes = limits.minRateBytes();
    }

    /// How long to wait until the next look.
    Duration lookTime() {
        return Duration.ofNanos(minRateBytes > 0 ? Math.min(idleNanos, graceNanos) : idleNanos);
    }

    /// Whether the client is to be cut off.
    ///
    /// @param taken how many bytes it has taken since the answer began
    /// @param waitedNanos for how long, since then, there were bytes for it to take
    boolean isOver(long taken, long waitedNanos) {
        if (taken != takenBytes) {
            takenBytes = taken;
            takenAtNanos = waitedNanos;
        }
        return waitedNanos - takenAtNanos >= idleNanos || isTooSlow(taken, waitedNanos);
    }

    private boolean isTooSlow(long taken, long waitedNanos) {
        long waited = waitedNanos - graceStartNanos;
        if (minRateBytes == 0 || waited < graceNanos) {
            return false;
        }
        double leastBytes = (double) minRateBytes * waited / Duration.ofSeconds(1).toNanos();
        boolean isTooSlow = taken - graceTakenBytes < leastBytes;
        graceStartNanos = waitedNanos;
        graceTakenBytes = taken;
        return isTooSlow;
    }
}
