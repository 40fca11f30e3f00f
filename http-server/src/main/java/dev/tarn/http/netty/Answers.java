package dev.tarn.http.netty;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// How many answers are under way, what they may take of what all of them share, and whether there
/// are to be more. Any thread may ask.
final class Answers {

    /// What all of them together may hold in memory of what they send, roughly: the least that one
    /// needs comes on top where there are very many.
    private static final long MEMORY_BYTES = 64 << 20;

    private static final int PIECE_BYTES_MAX = 256 << 10;
    private static final int PIECE_BYTES_MIN = 16 << 10;

    /// How many may have the system hold megabytes for them.
    private static final int HURRIED_MAX = 64;

    private final AtomicInteger running = new AtomicInteger();
    private final Semaphore hurried = new Semaphore(HURRIED_MAX);
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

    /// How much one of them may take into memory at once.
    int pieceBytesMax() {
        long share = MEMORY_BYTES / Math.max(running.get(), 1);
        return Math.clamp(share, PIECE_BYTES_MIN, PIECE_BYTES_MAX);
    }

    /// Whether one more may be hurried. Each that was is `calmed` once.
    boolean hurries() {
        return hurried.tryAcquire();
    }

    void calmed() {
        hurried.release();
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
