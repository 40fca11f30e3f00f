package dev.tarn.storage;

import dev.tarn.oci.Digest;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What a store does for itself while it serves: makes tree and index agree, throws away what
/// nobody will use, and scrubs. One platform thread does one after the other; `close` ends it.
final class Upkeep implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Upkeep.class);
    private static final int FIRST_BYTES = 256;

    private final Index index;
    private final BlobRows rows;
    private final Reconciliation reconciliation;
    private final Housekeeping housekeeping;
    private final Scrub scrub;
    private final ScheduledThreadPoolExecutor thread =
            new ScheduledThreadPoolExecutor(
                    1, Thread.ofPlatform().name("store-upkeep").daemon().factory());
    private volatile boolean isClosed;

    /// Used on the thread only.
    private @Nullable Future<?> nextScrub;

    Upkeep(
            Index index,
            BlobRows rows,
            Reconciliation reconciliation,
            Housekeeping housekeeping,
            Scrub scrub) {
        this.index = index;
        this.rows = rows;
        this.reconciliation = reconciliation;
        this.housekeeping = housekeeping;
        this.scrub = scrub;
        thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    /// Begins with what the last process may have left behind.
    void start() {
        reconcileSoon();
        var _ = submit(this::keepHouse, Duration.ZERO);
        var _ = submit(this::scrubOn, Duration.ZERO);
    }

    /// Compares index and tree again: somebody has found out that they may not agree.
    void reconcileSoon() {
        var _ = submit(this::reconcile, Duration.ZERO);
    }

    /// Lets a pass of the scrub begin, as soon as what is being done is done.
    void scrubSoon() {
        scrub.ask();
        var _ =
                submit(
                        () -> {
                            if (nextScrub != null) {
                                nextScrub.cancel(false);
                            }
                            scrubOn();
                        },
                        Duration.ZERO);
    }

    private Future<?> submit(Runnable work, Duration delay) {
        try {
            return thread.schedule(() -> run(work), delay.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("too late: the store is closing", e);
            return CompletableFuture.failedFuture(e);
        }
    }

    /// Whatever goes wrong once must not be the end of it.
    private void run(Runnable work) {
        if (isClosed) {
            return;
        }
        try {
            work.run();
        } catch (RuntimeException e) {
            LOG.error("a bug in the upkeep of the store", e);
        }
    }

    /// Rests for as long as it has worked, so that those who are served at the start have a core.
    private void reconcile() {
        try {
            rows.recount(); // a file of the index that is lost need not take rows and totals alike
            for (Digest.Algorithm algorithm : Digest.Algorithm.values()) {
                for (int firstByte = 0; firstByte < FIRST_BYTES && !isClosed; firstByte++) {
                    long startedAt = System.nanoTime();
                    var _ = reconciliation.settle(algorithm, firstByte);
                    LockSupport.parkNanos(this, System.nanoTime() - startedAt);
                }
            }
            if (!isClosed && !index.isComplete()) {
                index.markComplete();
                LOG.info("index: complete, with {} blobs", rows.count());
            }
        } catch (IOException e) {
            LOG.warn("index and tree could not be compared to the end", e);
        }
    }

    private void keepHouse() {
        try {
            housekeeping.run();
        } finally {
            var _ = submit(this::keepHouse, Duration.ofDays(1));
        }
    }

    private void scrubOn() {
        Duration wait = Duration.ofMinutes(1);
        try {
            wait = scrub.step();
        } finally {
            nextScrub = submit(this::scrubOn, wait);
        }
    }

    /// Without an interrupt, which would look like a damaged file.
    @Override
    public void close() {
        isClosed = true;
        thread.shutdown();
        try {
            if (!thread.awaitTermination(1, TimeUnit.MINUTES)) {
                LOG.warn("the upkeep of the store does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        scrub.stop();
    }
}
