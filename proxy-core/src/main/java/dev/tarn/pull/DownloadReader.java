package dev.tarn.pull;

import static dev.tarn.oci.RegistryException.UpstreamFailed.Kind.WRONG_BYTES;

import dev.tarn.oci.ByteRange;
import dev.tarn.oci.RegistryException.StoreFailed;
import dev.tarn.oci.RegistryException.UpstreamFailed;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// One reader of a running download, with the file open in its own name. Where it has come to tells
/// the download what to fetch next.
///
/// Where the bytes turned out to be wrong and the download begins again, the reader goes on with
/// the new file, if what it has taken from the old one stands there as well.
final class DownloadReader implements BlobContent {

    private static final int COMPARE_BYTES = 64 << 10;

    private final Progress progress;
    private final ByteRange range;
    private volatile Filling.@Nullable Reader file;
    private volatile Filling.@Nullable Reader next;
    private volatile long position;
    private volatile boolean isLeftBehind;
    private boolean isOfSecondTry;
    private OptionalLong firstPosition = OptionalLong.empty();
    private OptionalLong toldSize = OptionalLong.empty();

    DownloadReader(Progress progress, ByteRange range) {
        this.progress = progress;
        this.range = range;
    }

    /// Called by the download before anybody learns the size, and once more where it begins again.
    void open(Filling.Reader reader) {
        if (file == null) {
            file = reader;
        } else {
            next = reader;
        }
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

    /// The first byte that it may still ask for, as far as can be told.
    long needed() {
        long start = range instanceof ByteRange.Between(long from, long _) ? from : 0;
        return Math.max(start, position);
    }

    /// Whether it has taken nothing yet, though it may have been told that there is something.
    /// Asked on the reader's own thread.
    boolean isNew() {
        return firstPosition.orElse(position) == position;
    }

    /// What it may read now is of the first try or the second. Told on the reader's own thread, by
    /// the download, together with how far it may read: what it was told of the first stays so.
    void grant(boolean isOfSecondTry) {
        this.isOfSecondTry = isOfSecondTry;
    }

    /// Gives it up, because others would have to wait for it, and nothing can keep its bytes.
    void leaveBehind() {
        isLeftBehind = true;
    }

    boolean isLeftBehind() {
        return isLeftBehind;
    }

    @Override
    public long awaitSize() throws InterruptedException {
        long size = progress.awaitSize();
        toldSize = OptionalLong.of(size);
        return size;
    }

    @Override
    public long awaitReadable(long position) throws InterruptedException {
        this.position = position;
        if (firstPosition.isEmpty()) {
            firstPosition = OptionalLong.of(position);
        }
        long end = progress.awaitReadable(this, position);
        changeOver(position);
        return opened().end(position, end);
    }

    /// On the reader's own thread, so that it never reads from the new file what it was told of the
    /// old.
    private void changeOver(long position) throws InterruptedException {
        Filling.Reader changed = next;
        if (changed == null || !isOfSecondTry) {
            return;
        }
        boolean isSame;
        try (Filling.Reader before = opened()) {
            file = changed;
            next = null;
            isSame =
                    toldSize.orElse(progress.awaitSize()) == progress.awaitSize()
                            && isSame(before, changed, firstPosition.orElse(position), position);
        } catch (IOException e) {
            throw new StoreFailed("what was sent cannot be compared", e);
        }
        if (!isSame) {
            throw new UpstreamFailed(
                    WRONG_BYTES, "some of what was sent had been wrong when it came");
        }
    }

    private static boolean isSame(BlobReader one, BlobReader other, long start, long end)
            throws IOException {
        ByteBuffer left = ByteBuffer.allocate(COMPARE_BYTES);
        ByteBuffer right = ByteBuffer.allocate(COMPARE_BYTES);
        for (long at = start; at < end; at += left.limit()) {
            int count = (int) Math.min(COMPARE_BYTES, end - at);
            if (!fill(left, one, at, count).equals(fill(right, other, at, count))) {
                return false;
            }
        }
        return true;
    }

    private static ByteBuffer fill(ByteBuffer buffer, BlobReader reader, long position, int count)
            throws IOException {
        buffer.clear().limit(count);
        while (buffer.hasRemaining()) {
            var _ = reader.read(buffer, position + buffer.position());
        }
        return buffer.flip();
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
        return opened().read(target, position);
    }

    /// Empty where the bytes that it has come to are not in the file.
    @Override
    public Optional<FileChannel> file() {
        return opened().isInFile(position) ? opened().file() : Optional.empty();
    }

    @Override
    public void close() {
        progress.leave(this);
        for (Filling.Reader opened : new Filling.@Nullable Reader[] {file, next}) {
            if (opened != null) {
                opened.close();
            }
        }
    }

    private Filling.Reader opened() {
        Filling.Reader opened = file;
        if (opened == null) {
            throw new IllegalStateException("read before the size was known");
        }
        return opened;
    }
}
