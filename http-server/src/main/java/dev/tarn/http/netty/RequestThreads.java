package dev.tarn.http.netty;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// The virtual threads that answer requests, one each, and whether there are to be more. There are
/// never more than connections.
final class RequestThreads {

    private final Set<Thread> running = ConcurrentHashMap.newKeySet();
    private volatile boolean isDraining;

    /// Runs an answer; it is done once the thread has ended.
    Thread start(Runnable answer) {
        Thread thread =
                Thread.ofVirtual()
                        .name("request")
                        .unstarted(() -> {
                            try {
                                answer.run();
                            } finally {
                                running.remove(Thread.currentThread());
                            }
                        });
        running.add(thread);
        thread.start();
        return thread;
    }

    void drain() {
        isDraining = true;
    }

    boolean isDraining() {
        return isDraining;
    }

    int running() {
        return running.size();
    }

    /// Waits for the answers that are under way; whether all ended in time.
    boolean await(Duration most) throws InterruptedException {
        long deadline = System.nanoTime() + most.toNanos();
        for (Thread thread : running) {
            long left = deadline - System.nanoTime();
            if (!thread.join(Duration.ofNanos(Math.max(1, left)))) {
                return false;
            }
        }
        return true;
    }
}
