package dev.tarn.storage;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.tarn.oci.Digest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
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

    /// Held for reading while a row and the totals change together.
    private final ReadWriteLock counting = new ReentrantReadWriteLock();

    BlobRows(Index index) throws IOException {
        this.index = index;
        OptionalLong countBefore = index.findNumber(Family.ABOUT, COUNT);
        OptionalLong bytesBefore = index.findNumber(Family.ABOUT, BYTES);
        if (countBefore.isPresent() && bytesBefore.isPresent()) {
            count.set(countBefore.getAsLong());
            bytes.set(bytesBefore.getAsLong());
        } else {
            recount();
        }
    }

    /// Reads every row: once in the life of an index, and when it is not known any more what was
    /// written to it. Nothing changes meanwhile.
    void recount() throws IOException {
        counting.writeLock().lock();
        try {
            hot.invalidateAll();
            AtomicLong rowCount = new AtomicLong();
            AtomicLong rowBytes = new AtomicLong();
            index.forEach(
                    Family.BLOB,
                    (_, row) ->
                            Row.read("a blob", row, Fingerprint::ofRow)
                                    .ifPresent(fingerprint -> {
                                        rowCount.incrementAndGet();
                                        rowBytes.addAndGet(fingerprint.size());
                                    }));
            index.commit(
                    Change.putNumber(Family.ABOUT, COUNT, rowCount.get()),
                    Change.putNumber(Family.ABOUT, BYTES, rowBytes.get()));
            count.set(rowCount.get());
            bytes.set(rowBytes.get());
        } finally {
            counting.writeLock().unlock();
        }
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

    /// The blobs that have a row, and whose hash begins with a byte.
    Set<Digest> digests(Digest.Algorithm algorithm, int firstByte) throws IOException {
        byte[] prefix = RowKey.prefix(algorithm, firstByte);
        Set<Digest> digests = new HashSet<>();
        index.forEachWhile(
                Family.BLOB,
                prefix,
                (key, row) -> {
                    boolean isWanted =
                            key.length > prefix.length
                                    && Arrays.equals(
                                            key, 0, prefix.length, prefix, 0, prefix.length);
                    if (isWanted && Row.read("a blob", row, Fingerprint::ofRow).isPresent()) {
                        digests.add(RowKey.digest(key));
                    }
                    return isWanted;
                });
        return digests;
    }

    /// A blob that is whole leaves nothing partial behind: all of this lasts together.
    void put(Digest digest, Fingerprint fingerprint) throws IOException {
        putAll(Map.of(digest, fingerprint));
    }

    /// All in one write. The caller holds the turns of all of them.
    void putAll(Map<Digest, Fingerprint> fingerprints) throws IOException {
        counting.readLock().lock();
        try {
            long moreBlobs = 0;
            long moreBytes = 0;
            List<Change> changes = new ArrayList<>();
            for (Map.Entry<Digest, Fingerprint> entry : fingerprints.entrySet()) {
                Optional<Fingerprint> before = find(entry.getKey());
                byte[] key = RowKey.of(entry.getKey());
                moreBlobs += before.isPresent() ? 0 : 1;
                moreBytes += entry.getValue().size() - before.map(Fingerprint::size).orElse(0L);
                changes.add(Change.put(Family.BLOB, key, entry.getValue().toRow()));
                changes.add(Change.delete(Family.PARTIAL, key));
            }
            change(moreBlobs, moreBytes, changes.toArray(Change[]::new));
            hot.putAll(fingerprints);
        } finally {
            counting.readLock().unlock();
        }
    }

    void remove(Digest digest) throws IOException {
        counting.readLock().lock();
        try {
            Optional<Fingerprint> before = find(digest);
            if (before.isPresent()) {
                change(-1, -before.get().size(), Change.delete(Family.BLOB, RowKey.of(digest)));
                hot.invalidate(digest);
            }
        } finally {
            counting.readLock().unlock();
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
