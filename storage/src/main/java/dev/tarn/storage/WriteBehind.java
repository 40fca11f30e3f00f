package dev.tarn.storage;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Rows that are written while nobody waits for them. A disk may hang for minutes, and what is
/// fetched meanwhile must not pile up in memory: what there is no room for is not written, as if
/// that had failed. Any thread may begin a write, and does not wait; each write has a virtual
/// thread of its own.
final class WriteBehind {

    /// Where the rows go.
    @FunctionalInterface
    interface Log {
        /// Returns once all of them are on disk.
        void commit(Change... changes) throws IOException;
    }

    /// Two of the largest manifests, or thousands of usual ones.
    static final int BYTES_MAX = 8 << 20;

    /// About what a write takes besides its rows.
    private static final int WRITE_BYTES = 2_048;

    private static final Logger LOG = LoggerFactory.getLogger(WriteBehind.class);

    private final Log log;
    private final Semaphore room = new Semaphore(BYTES_MAX);
    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();

    WriteBehind(Log log) {
        this.log = log;
    }

    /// Begins to write some rows together, where there is room.
    ///
    /// @param what they are about, in words
    void begin(String what, List<Change> changes, Runnable whenWritten) {
        int bytes = WRITE_BYTES + changes.stream().mapToInt(Change::bytes).sum();
        if (!room.tryAcquire(bytes)) {
            LOG.warn("{} was served and is not stored: too much waits for the disk", what);
            return;
        }
        Thread thread =
                Thread.ofVirtual()
                        .name(what)
                        .unstarted(() -> write(what, changes, whenWritten, bytes));
        threads.add(thread);
        thread.start();
    }

    private void write(String what, List<Change> changes, Runnable whenWritten, int bytes) {
        try {
            log.commit(changes.toArray(Change[]::new));
            whenWritten.run();
        } catch (IOException e) {
            LOG.error("{} was served and cannot be stored", what, e);
        } finally {
            room.release(bytes);
            threads.remove(Thread.currentThread());
        }
    }

    /// What the writes that go on take up in memory.
    int bytes() {
        return BYTES_MAX - room.availablePermits();
    }

    /// Waits for what is being written now.
    void await() throws InterruptedException {
        for (Thread thread : threads) {
            thread.join();
        }
    }
}
