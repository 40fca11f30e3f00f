package dev.tarn.storage;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Makes changes last. Whoever commits waits until the change is on disk; all who wait at the same
/// time share one sync. Has one platform thread of its own; `close` writes what still waits, and
/// ends it.
final class Committer implements AutoCloseable {

    /// Where the changes go.
    @FunctionalInterface
    interface Log {
        /// Writes all of them or none, and returns once they are on disk.
        void write(List<Change> changes) throws IOException;

        /// Whether `care` should be called, each second in which nothing is written.
        default boolean needsCare() {
            return false;
        }

        default void care() {}
    }

    static final int WAITING_MAX = 256;
    static final Duration CARE_INTERVAL = Duration.ofSeconds(1);
    private static final long GROUP_BYTES_MAX = 8L << 20;

    /// The changes of one caller, and the news of what became of them.
    private record Commit(List<Change> changes, CompletableFuture<Boolean> written) {}

    private final Log log;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    private final Condition taken = lock.newCondition();
    private final Queue<Commit> waiting = new ArrayDeque<>();
    private final CompletableFuture<Boolean> ended = new CompletableFuture<>();
    private boolean isWoken;
    private boolean isClosed;

    Committer(Log log) {
        this.log = log;
        Thread.ofPlatform().name("index-committer").daemon().start(this::run);
    }

    /// Waits until the changes are on disk, all of them or, if this throws, none that is known of.
    /// Being interrupted does not shorten the wait, since it would leave the caller not knowing.
    void commit(List<Change> changes) throws IOException {
        Commit commit = new Commit(changes, new CompletableFuture<>());
        enqueue(commit);
        try {
            commit.written().join();
        } catch (CompletionException e) {
            throw new IOException("the index could not be written", e.getCause());
        }
    }

    /// How many commits wait for the next write.
    int waiting() {
        lock.lock();
        try {
            return waiting.size();
        } finally {
            lock.unlock();
        }
    }

    private void enqueue(Commit commit) throws IOException {
        lock.lock();
        try {
            while (waiting.size() >= WAITING_MAX && !isClosed) {
                taken.awaitUninterruptibly();
            }
            if (isClosed) {
                throw new IOException("the store is closed");
            }
            waiting.add(commit);
            arrived.signal();
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        try {
            while (!hasEnded()) {
                List<Commit> group = awaitGroup();
                if (!group.isEmpty()) {
                    write(group);
                } else if (log.needsCare()) {
                    log.care();
                }
            }
        } finally {
            ended.complete(true);
        }
    }

    /// Lets a log be cared for at once that has come to need it.
    void wake() {
        lock.lock();
        try {
            isWoken = true;
            arrived.signal();
        } finally {
            lock.unlock();
        }
    }

    private boolean hasEnded() {
        lock.lock();
        try {
            return isClosed && waiting.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /// What waits, up to a limit; empty where the log needs care or this is closed.
    private List<Commit> awaitGroup() {
        lock.lock();
        try {
            while (waiting.isEmpty() && !isClosed && !isWoken) {
                if (log.needsCare()) {
                    isWoken = !arrived.await(CARE_INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
                } else {
                    arrived.awaitUninterruptibly();
                }
            }
            isWoken = false;
            List<Commit> group = new ArrayList<>();
            long bytes = 0;
            while (!waiting.isEmpty() && bytes < GROUP_BYTES_MAX) {
                Commit commit = waiting.remove();
                bytes += commit.changes().stream().mapToLong(Change::bytes).sum();
                group.add(commit);
            }
            taken.signalAll();
            return group;
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts the committer", e);
        } finally {
            lock.unlock();
        }
    }

    /// Whatever goes wrong is told to those who wait: a committer that died would leave them
    /// waiting.
    private void write(List<Commit> group) {
        try {
            log.write(group.stream().flatMap(commit -> commit.changes().stream()).toList());
            group.forEach(commit -> commit.written().complete(true));
        } catch (IOException | RuntimeException | Error e) {
            group.forEach(commit -> commit.written().completeExceptionally(e));
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            isClosed = true;
            arrived.signal();
            taken.signalAll();
        } finally {
            lock.unlock();
        }
        ended.join();
    }
}
