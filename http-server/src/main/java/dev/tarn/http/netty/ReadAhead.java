package dev.tarn.http.netty;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Brings parts of files into the page cache, so that an event loop does not wait for a disk: its
/// other connections would wait too. A few threads; a connection waits for one part at a time, so
/// there are never more in the queue than connections. The threads are not interrupted, since that
/// would close files that others read.
final class ReadAhead implements AutoCloseable {

    /// Disks serve several reads at once better than one after the other.
    private static final int THREADS = 4;

    private static final int READ_BYTES = 128 << 10;

    /// Where a thread reads to, and nobody from. Off the heap: on it, each part would be garbage.
    private static final ThreadLocal<ByteBuffer> SCRATCH =
            ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(READ_BYTES));

    private static final int CLOSE_SECONDS_MAX = 5;

    private static final Logger LOG = LoggerFactory.getLogger(ReadAhead.class);

    private final ExecutorService threads =
            Executors.newFixedThreadPool(
                    THREADS, Thread.ofPlatform().name("read-ahead-", 0).daemon().factory());

    /// Reads from `start` to `end`, and then tells `then` on its own thread whether all of that can
    /// be read.
    void read(FileChannel file, long start, long end, Executor own, Consumer<Boolean> then) {
        try {
            threads.execute(() -> tell(own, then, isReadable(file, start, end)));
        } catch (RejectedExecutionException e) {
            LOG.debug("not read ahead: the server is closing", e);
            tell(own, then, true);
        }
    }

    private static void tell(Executor own, Consumer<Boolean> then, boolean isReadable) {
        try {
            own.execute(() -> then.accept(isReadable));
        } catch (RejectedExecutionException e) {
            LOG.warn("the event loop has ended before its connections", e);
        }
    }

    private static boolean isReadable(FileChannel file, long start, long end) {
        try {
            ByteBuffer scratch = SCRATCH.get();
            for (long position = start; position < end; position += scratch.position()) {
                scratch.clear().limit((int) Math.min(scratch.capacity(), end - position));
                if (file.read(scratch, position) < 0) {
                    LOG.error("a stored file ends at {} or before", position);
                    return false;
                }
            }
            return true;
        } catch (IOException | RuntimeException e) {
            LOG.error("a stored file cannot be read", e);
            return false;
        }
    }

    @Override
    public void close() {
        threads.shutdown();
        try {
            if (!threads.awaitTermination(CLOSE_SECONDS_MAX, TimeUnit.SECONDS)) {
                LOG.warn("a disk has not answered for {} seconds", CLOSE_SECONDS_MAX);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
