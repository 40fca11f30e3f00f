package dev.tarn.http.netty;

import dev.tarn.http.Handler;
import dev.tarn.http.Question;
import dev.tarn.http.Request;
import dev.tarn.http.Response;
import dev.tarn.http.Response.Sent;
import dev.tarn.oci.ContentRange;
import dev.tarn.oci.RegistryException.UpstreamFailed;
import dev.tarn.pull.BlobContent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/// A blob of any size whose byte at a position is known. It may stall or fail at a position.
final class PatternContent implements BlobContent, Handler {

    final AtomicInteger reads = new AtomicInteger();
    final AtomicInteger closes = new AtomicInteger();
    final List<Sent> sent = new CopyOnWriteArrayList<>();
    final CountDownLatch stalled = new CountDownLatch(1);

    private final long size;
    private long failsAt = Long.MAX_VALUE;
    private long stallsAt = Long.MAX_VALUE;
    private Optional<FileChannel> file = Optional.empty();

    PatternContent(long size) {
        this.size = size;
    }

    PatternContent failingAt(long position) {
        failsAt = position;
        return this;
    }

    PatternContent stallingAt(long position) {
        stallsAt = position;
        return this;
    }

    /// Puts the bytes into a file, and offers that.
    PatternContent inFile(Path path) throws IOException {
        byte[] bytes = new byte[(int) size];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = at(i);
        }
        Files.write(path, bytes);
        file = Optional.of(FileChannel.open(path));
        return this;
    }

    static byte at(long position) {
        return (byte) (position * 31 + (position >> 10));
    }

    @Override
    public Question understand(Request request) {
        return this::answer;
    }

    private Response answer() {
        return Response.blob(200, this, ContentRange.whole(size)).whenSent(sent::add);
    }

    @Override
    public long awaitSize() {
        return size;
    }

    @Override
    public long awaitReadable(long position) throws InterruptedException {
        if (position >= failsAt) {
            throw new UpstreamFailed(UpstreamFailed.Kind.CUT_OFF, "it broke off");
        }
        if (position >= stallsAt) {
            stalled.countDown();
            new CountDownLatch(1).await();
        }
        return Math.min(size, Math.min(failsAt, stallsAt));
    }

    @Override
    public int read(ByteBuffer target, long position) {
        reads.incrementAndGet();
        int count = 0;
        // in small pieces, as a reader may
        while (target.hasRemaining() && count < 100_000) {
            target.put(at(position + count));
            count++;
        }
        return count;
    }

    @Override
    public Optional<FileChannel> file() {
        return file;
    }

    @Override
    public void close() {
        closes.incrementAndGet();
    }
}
