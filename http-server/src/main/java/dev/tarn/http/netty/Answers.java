package dev.tarn.http.netty;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// How many answers are under way, and whether there are to be more. Any thread may count.
final class Answers {

    private final AtomicInteger running = new AtomicInteger();
    private volatile boolean isDraining;

    void begin() {
        running.incrementAndGet();
    }

    void end() {
        if (running.decrementAndGet() == 0 && isDraining) {
            synchronized (this) {
                notifyAll();
            }
        }
    }

    void drain() {
        isDraining = true;
    }

    boolean isDraining() {
        return isDraining;
    }

    int running() {
        return running.get();
    }

    /// Once draining: waits for the answers that are under way; whether all ended in time.
    synchronized boolean await(Duration most) throws InterruptedException {
        long deadline = System.nanoTime() + most.toNanos();
        while (running.get() > 0) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        return true;
    }
}
