package dev.tarn.pull;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;

/// The monotonic clock, and waiting by it. All that a download does by the clock goes through here,
/// so that a simulation can make the time.
interface Ticker {

    Ticker SYSTEM =
            new Ticker() {
                @Override
                public long nanos() {
                    return System.nanoTime();
                }

                @Override
                @SuppressWarnings("WaitNotInLoop") // the caller loops
                public void await(Lock lock, Condition condition, long nanos)
                        throws InterruptedException {
                    var _ = condition.await(nanos, TimeUnit.NANOSECONDS);
                }
            };

    long nanos();

    /// Waits for a condition of a lock that the caller holds, at most so long. May return early.
    void await(Lock lock, Condition condition, long nanos) throws InterruptedException;
}
