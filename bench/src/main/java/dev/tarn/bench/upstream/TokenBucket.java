package dev.tarn.bench.upstream;

/// How fast bytes may go. Whoever wants to send some reserves them, and is told when. Any thread
/// may ask.
final class TokenBucket {

    /// What was not used for so long may be used at once: it makes up for waking up late.
    private static final long BURST_NANOS = 20_000_000;

    private final double nanosPerByte;
    private long free;

    /// `now` is when it begins, on the clock that later calls go by.
    TokenBucket(double bytesPerSecond, long now) {
        this.nanosPerByte = 1e9 / bytesPerSecond;
        this.free = now;
    }

    /// Takes `bytes`, and tells for how many nanoseconds from `now` to wait before they are sent.
    synchronized long reserve(long bytes, long now) {
        free = Math.max(free, now - BURST_NANOS);
        long wait = Math.max(0, free - now);
        free += Math.round(bytes * nanosPerByte);
        return wait;
    }
}
