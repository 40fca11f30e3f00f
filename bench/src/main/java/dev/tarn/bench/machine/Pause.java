package dev.tarn.bench.machine;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/// Waiting a while, on whatever thread.
public final class Pause {

    private Pause() {}

    public static void millis(long millis) {
        until(System.nanoTime() + Duration.ofMillis(millis).toNanos());
    }

    /// Until `System.nanoTime()` is `nanos`.
    public static void until(long nanos) {
        for (long left = nanos - System.nanoTime(); left > 0; left = nanos - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }
}
