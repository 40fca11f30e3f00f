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
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// A blob of any size whose byte at a position is known. It may stall or fail at a position.
final class PatternContent implements BlobContent, Handler {

    final AtomicInteger reads = new AtomicInteger();
    final AtomicInteger closes = new AtomicInteger();
    final List<Sent> sent = new CopyOnWriteArrayList<>();
    final CountDownLatch stalled = new CountDownLatch(1);

    private final long size;
    private long failsAt = Long.MAX_VALUE;
    private long stallsAt = Long.MAX_VALUE;
    private long unreadableAt = Long.MAX_VALUE;
    private long wrongAt = -1;
    private Optional<FileChannel> file = Optional.empty();
    private @Nullable Path place;

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

    PatternContent unreadableAt(long position) {
        unreadableAt = position;
        return this;
    }

    PatternContent wrongAt(long position) {
        wrongAt = position;
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
        place = path;
        return this;
    }

    /// Cuts its file off.
    PatternContent truncated(long length) throws IOException {
        Path path = Objects.requireNonNull(place);
        try (FileChannel writer = FileChannel.open(path, StandardOpenOption.WRITE)) {
            writer.truncate(length);
        }
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
    public int read(ByteBuffer target, long position) throws IOException {
        reads.incrementAndGet();
        if (position >= unreadableAt) {
            throw new IOException("Input/output error");
        }
        int count = 0;
        // in small pieces, as a reader may
        while (target.hasRemaining() && count < 100_000 && position + count < unreadableAt) {
            long here = position + count;
            target.put((byte) (at(here) + (here == wrongAt ? 1 : 0)));
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
