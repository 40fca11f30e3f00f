package dev.tarn.pull;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;

/// A clock that runs so many times as fast as others, for tests that would have to wait.
record HastyTicker(int haste) implements Ticker {

    @Override
    public long nanos() {
        return System.nanoTime() * haste;
    }

    @Override
    @SuppressWarnings("WaitNotInLoop") // the caller loops
    public void await(Lock lock, Condition condition, long nanos) throws InterruptedException {
        var _ = condition.await(nanos / haste, TimeUnit.NANOSECONDS);
    }
}
