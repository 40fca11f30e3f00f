package dev.tarn.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What is wrong with the disk now: the one place that knows. Whatever fails to write says so here,
/// and each change is one line of the log, however many writes fail.
///
/// The index tells itself when it can be written again. For files, a thread of its own tries now
/// and then while they cannot be written, and less often where that changes all the time (a disk
/// that is nearly full takes the small and refuses the large). Any thread may call.
final class Trouble implements AutoCloseable {

    /// What can be in trouble.
    enum Part {
        FILES("blobs cannot be written"),
        INDEX("the index cannot be written");

        private final String text;

        Part(String text) {
            this.text = text;
        }
    }

    /// Something done to files that may be the disk's fault if it fails.
    @FunctionalInterface
    interface Attempt<T> {
        T make() throws IOException;
    }

    private static final Logger LOG = LoggerFactory.getLogger(Trouble.class);
    private static final int PROBE_BYTES = 1 << 20;
    private static final Duration PROBE_INTERVAL_MAX = Duration.ofMinutes(1);

    private final Path probe;
    private final Duration probeInterval;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Map<Part, String> now = new EnumMap<>(Part.class);
    private Duration nextInterval;
    private long clearedAt;
    private @Nullable Thread prober;
    private boolean isClosed;
    private volatile boolean isLosing;

    /// @param probe a file to try with, which is deleted again
    /// @param probeInterval how often to try at first
    Trouble(Path probe, Duration probeInterval) {
        this.probe = probe;
        this.probeInterval = probeInterval;
        this.nextInterval = probeInterval;
        this.clearedAt = System.nanoTime() - PROBE_INTERVAL_MAX.toNanos();
    }

    /// What is wrong now, in words for who runs the mirror; empty where nothing is.
    Optional<String> now() {
        lock.lock();
        try {
            StringJoiner all = new StringJoiner("; ");
            now.forEach((part, why) -> all.add(part.text + " (" + why + ")"));
            return now.isEmpty() ? Optional.empty() : Optional.of(all.toString());
        } finally {
            lock.unlock();
        }
    }

    /// Throws where the disk takes what it is given and then cannot keep it, as far as was tried:
    /// there is no use in giving it more.
    void requireKeeping() throws IOException {
        if (isLosing) {
            throw new IOException("the disk does not keep what it is given");
        }
    }

    /// Writes something, and notes where that fails. A channel that was closed under the writer is
    /// nobody's fault.
    <T> T watch(Attempt<T> attempt) throws IOException {
        try {
            return attempt.make();
        } catch (ClosedChannelException e) {
            throw e;
        } catch (IOException e) {
            note(Part.FILES, e);
            throw e;
        }
    }

    void note(Part part, Throwable failure) {
        lock.lock();
        try {
            if (isClosed || now.put(part, String.valueOf(failure.getMessage())) != null) {
                return;
            }
            LOG.error("degraded: {}; pulls go on", part.text, failure);
            if (part == Part.FILES) {
                startProbing();
            }
        } finally {
            lock.unlock();
        }
    }

    void clear(Part part) {
        lock.lock();
        try {
            if (now.remove(part) != null) {
                LOG.info("no longer degraded: {} is over", part.text);
            }
        } finally {
            lock.unlock();
        }
    }

    private void startProbing() {
        boolean isRelapse = System.nanoTime() - clearedAt < PROBE_INTERVAL_MAX.toNanos();
        Duration twice = nextInterval.multipliedBy(2);
        nextInterval =
                !isRelapse
                        ? probeInterval
                        : twice.compareTo(PROBE_INTERVAL_MAX) < 0 ? twice : PROBE_INTERVAL_MAX;
        prober = Thread.ofPlatform().name("store-probe").daemon().start(this::probeUntilWritable);
    }

    private void probeUntilWritable() {
        while (awaitNextProbe()) {
            if (isWritable()) {
                lock.lock();
                try {
                    clearedAt = System.nanoTime();
                    clear(Part.FILES);
                    return;
                } finally {
                    lock.unlock();
                }
            }
        }
    }

    private boolean awaitNextProbe() {
        lock.lock();
        try {
            long nanos = nextInterval.toNanos();
            while (nanos > 0 && !isClosed) {
                nanos = changed.awaitNanos(nanos);
            }
            return !isClosed;
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts the probing", e);
        } finally {
            lock.unlock();
        }
    }

    private boolean isWritable() {
        boolean isWritten = false;
        try (FileChannel file =
                FileChannel.open(probe, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.allocate(PROBE_BYTES);
            while (bytes.hasRemaining()) {
                file.write(bytes);
            }
            isWritten = true;
            file.force(true);
            isLosing = false;
            return true;
        } catch (IOException e) {
            isLosing = isWritten;
            LOG.debug("still degraded", e);
            return false;
        } finally {
            delete();
        }
    }

    private void delete() {
        try {
            Files.deleteIfExists(probe);
        } catch (IOException e) {
            LOG.debug("{} cannot be deleted, and will be used again", probe, e);
        }
    }

    /// Ends the probing.
    @Override
    public void close() {
        Thread probing;
        lock.lock();
        try {
            isClosed = true;
            changed.signalAll();
            probing = prober;
        } finally {
            lock.unlock();
        }
        if (probing != null) {
            try {
                probing.join(TimeUnit.SECONDS.toMillis(10));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
