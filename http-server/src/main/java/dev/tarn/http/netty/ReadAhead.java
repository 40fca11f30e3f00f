package dev.tarn.http.netty;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
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

    /// Reads from `start` to `end`, and then runs `then` on its own thread.
    void read(FileChannel file, long start, long end, Executor own, Runnable then) {
        threads.execute(() -> {
            try {
                read(file, start, end);
            } catch (IOException e) {
                LOG.debug("not read ahead; whoever sends it will see", e);
            } finally {
                own.execute(then);
            }
        });
    }

    private static void read(FileChannel file, long start, long end) throws IOException {
        ByteBuffer scratch = SCRATCH.get();
        for (long position = start; position < end; position += scratch.position()) {
            scratch.clear().limit((int) Math.min(scratch.capacity(), end - position));
            if (file.read(scratch, position) < 0) {
                return;
            }
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
