package dev.tarn.storage;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.tarn.oci.Digest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// Which blobs there are, and what their files look like. The hot ones are answered from memory.
/// Any thread may ask; whoever changes the row of a digest holds its turn.
///
/// How many there are, and how many bytes, is kept in the index beside the rows and changes in the
/// same write, so that it is exact after any crash and need not be counted at the start.
final class BlobRows {

    private static final byte[] COUNT = "blob-count".getBytes(US_ASCII);
    private static final byte[] BYTES = "blob-bytes".getBytes(US_ASCII);

    /// Some 12 MB of heap.
    private static final int HOT_MAX = 1 << 15;

    private final Index index;
    private final Cache<Digest, @Nullable Fingerprint> hot =
            Caffeine.newBuilder().maximumSize(HOT_MAX).executor(Runnable::run).build();
    private final AtomicLong count = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();

    BlobRows(Index index) throws IOException {
        this.index = index;
        OptionalLong countBefore = index.findNumber(Family.ABOUT, COUNT);
        OptionalLong bytesBefore = index.findNumber(Family.ABOUT, BYTES);
        if (countBefore.isPresent() && bytesBefore.isPresent()) {
            count.set(countBefore.getAsLong());
            bytes.set(bytesBefore.getAsLong());
        } else {
            countAll();
        }
    }

    /// Reads every row, once in the life of an index.
    private void countAll() throws IOException {
        index.forEach(
                Family.BLOB,
                (key, row) ->
                        Row.read("a blob", row, Fingerprint::ofRow)
                                .ifPresent(fingerprint -> counted(1, fingerprint.size())));
        index.commit(
                Change.putNumber(Family.ABOUT, COUNT, count.get()),
                Change.putNumber(Family.ABOUT, BYTES, bytes.get()));
    }

    long count() {
        return count.get();
    }

    long bytes() {
        return bytes.get();
    }

    Optional<Fingerprint> find(Digest digest) throws IOException {
        try {
            return Optional.ofNullable(hot.get(digest, this::read));
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /// A blob that is whole leaves nothing partial behind: all of this lasts together.
    void put(Digest digest, Fingerprint fingerprint) throws IOException {
        Optional<Fingerprint> before = find(digest);
        byte[] key = RowKey.of(digest);
        change(
                before.isPresent() ? 0 : 1,
                fingerprint.size() - before.map(Fingerprint::size).orElse(0L),
                Change.put(Family.BLOB, key, fingerprint.toRow()),
                Change.delete(Family.PARTIAL, key));
        hot.put(digest, fingerprint);
    }

    void remove(Digest digest) throws IOException {
        Optional<Fingerprint> before = find(digest);
        if (before.isPresent()) {
            change(-1, -before.get().size(), Change.delete(Family.BLOB, RowKey.of(digest)));
            hot.invalidate(digest);
        }
    }

    private void change(long moreBlobs, long moreBytes, Change... rows) throws IOException {
        List<Change> changes = new ArrayList<>(List.of(rows));
        changes.add(Change.add(Family.ABOUT, COUNT, moreBlobs));
        changes.add(Change.add(Family.ABOUT, BYTES, moreBytes));
        index.commit(changes.toArray(Change[]::new));
        counted(moreBlobs, moreBytes);
    }

    private void counted(long moreBlobs, long moreBytes) {
        count.addAndGet(moreBlobs);
        bytes.addAndGet(moreBytes);
    }

    private @Nullable Fingerprint read(Digest digest) {
        try {
            return Row.read(digest, index.find(Family.BLOB, RowKey.of(digest)), Fingerprint::ofRow)
                    .orElse(null);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
