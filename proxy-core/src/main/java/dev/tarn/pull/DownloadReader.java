package dev.tarn.pull;

import dev.tarn.oci.ByteRange;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// One reader of a running download, with the file open in its own name. Where it has come to tells
/// the download what to fetch next.
final class DownloadReader implements BlobContent {

    private final Progress progress;
    private final ByteRange range;
    private volatile @Nullable BlobReader file;
    private volatile long position;
    private OptionalLong firstPosition = OptionalLong.empty();

    DownloadReader(Progress progress, ByteRange range) {
        this.progress = progress;
        this.range = range;
    }

    /// Called once by the download, before anybody learns the size.
    void open(BlobReader reader) {
        file = reader;
    }

    /// What is still wanted of a blob of `size` bytes.
    Chunks.Wanted wanted(long size) {
        return switch (range) {
            case ByteRange.Between(long start, long end) ->
                    new Chunks.Wanted(Math.max(start, position), Math.min(end, size));
            case ByteRange.Last(long count) ->
                    new Chunks.Wanted(Math.max(size - count, position), size);
        };
    }

    /// Whether it has taken nothing yet, though it may have been told that there is something.
    /// Asked on the reader's own thread.
    boolean isNew() {
        return firstPosition.orElse(position) == position;
    }

    @Override
    public long awaitSize() throws InterruptedException {
        return progress.awaitSize();
    }

    @Override
    public long awaitReadable(long position) throws InterruptedException {
        this.position = position;
        if (firstPosition.isEmpty()) {
            firstPosition = OptionalLong.of(position);
        }
        return progress.awaitReadable(this, position);
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
        return opened().read(target, position);
    }

    @Override
    public Optional<FileChannel> file() {
        return opened().file();
    }

    @Override
    public void close() {
        progress.leave(this);
        BlobReader opened = file;
        if (opened != null) {
            opened.close();
        }
    }

    private BlobReader opened() {
        BlobReader opened = file;
        if (opened == null) {
            throw new IllegalStateException("read before the size was known");
        }
        return opened;
    }
}
