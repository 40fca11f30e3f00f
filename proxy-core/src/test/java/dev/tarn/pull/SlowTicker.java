package dev.tarn.pull;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;

/// A clock by which a minute is five seconds, for tests in which nobody may lose patience.
final class SlowTicker implements Ticker {

    private static final int SLOWNESS = 12;

    @Override
    public long nanos() {
        return System.nanoTime() / SLOWNESS;
    }

    @Override
    @SuppressWarnings("WaitNotInLoop") // the caller loops
    public void await(Lock lock, Condition condition, long nanos) throws InterruptedException {
        long most = Long.MAX_VALUE / SLOWNESS;
        var _ = condition.await(Math.min(nanos, most) * SLOWNESS, TimeUnit.NANOSECONDS);
    }
}
