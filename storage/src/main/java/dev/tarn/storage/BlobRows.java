package dev.tarn.storage;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.tarn.oci.Digest;
import dev.tarn.storage.eviction.Usage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.LongConsumer;
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
    private final Ledger ledger = new Ledger();

    /// Held for reading while a row and the totals change together.
    private final ReadWriteLock counting = new ReentrantReadWriteLock();

    BlobRows(Index index) throws IOException {
        this.index = index;
        OptionalLong countBefore = index.findNumber(Family.ABOUT, COUNT);
        OptionalLong bytesBefore = index.findNumber(Family.ABOUT, BYTES);
        if (countBefore.isPresent() && bytesBefore.isPresent()) {
            counted(countBefore.getAsLong(), bytesBefore.getAsLong());
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
            counted(rowCount.get() - count(), rowBytes.get() - bytes());
        } finally {
            counting.writeLock().unlock();
        }
    }

    long count() {
        return count.get();
    }

    long bytes() {
        return ledger.stored();
    }

    /// What these blobs take up, beside what is on its way.
    Ledger ledger() {
        return ledger;
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

    /// The blob is there, and its file looks like this.
    void put(Digest digest, Fingerprint fingerprint) throws IOException {
        putAll(Map.of(digest, fingerprint));
    }

    /// All in one write. The caller holds the turns of all of them.
    void putAll(Map<Digest, Fingerprint> fingerprints) throws IOException {
        put(fingerprints, ledger::stored, List.of());
    }

    /// A blob that is whole leaves nothing partial behind: all of this lasts together.
    ///
    /// @param hold what was held for it while it came
    void admit(Digest digest, Fingerprint fingerprint, Usage usage, Ledger.Hold hold)
            throws IOException {
        put(
                Map.of(digest, fingerprint),
                hold::turnIntoStored,
                List.of(Change.put(Family.USAGE, RowKey.of(digest), row(usage))));
    }

    private void put(
            Map<Digest, Fingerprint> fingerprints, LongConsumer moreStored, List<Change> besides)
            throws IOException {
        counting.readLock().lock();
        try {
            long moreBlobs = 0;
            long moreBytes = 0;
            List<Change> changes = new ArrayList<>(besides);
            for (Map.Entry<Digest, Fingerprint> entry : fingerprints.entrySet()) {
                Optional<Fingerprint> before = find(entry.getKey());
                byte[] key = RowKey.of(entry.getKey());
                moreBlobs += before.isPresent() ? 0 : 1;
                moreBytes += entry.getValue().size() - before.map(Fingerprint::size).orElse(0L);
                changes.add(Change.put(Family.BLOB, key, entry.getValue().toRow()));
                changes.add(Change.delete(Family.PARTIAL, key));
            }
            commit(changes, moreBlobs, moreBytes);
            count.addAndGet(moreBlobs);
            moreStored.accept(moreBytes);
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
                byte[] key = RowKey.of(digest);
                List<Change> changes = new ArrayList<>();
                changes.add(Change.delete(Family.BLOB, key));
                changes.add(Change.delete(Family.USAGE, key));
                commit(changes, -1, -before.get().size());
                counted(-1, -before.get().size());
                hot.invalidate(digest);
            }
        } finally {
            counting.readLock().unlock();
        }
    }

    private void commit(List<Change> changes, long moreBlobs, long moreBytes) throws IOException {
        changes.add(Change.add(Family.ABOUT, COUNT, moreBlobs));
        changes.add(Change.add(Family.ABOUT, BYTES, moreBytes));
        index.commit(changes.toArray(Change[]::new));
    }

    private void counted(long moreBlobs, long moreBytes) {
        count.addAndGet(moreBlobs);
        ledger.stored(moreBytes);
    }

    /// What eviction knows of a blob; empty where there is no such blob.
    Optional<Usage> usage(Digest digest) throws IOException {
        Optional<Fingerprint> blob = find(digest);
        return blob.isEmpty()
                ? Optional.empty()
                : Optional.of(usage(RowKey.of(digest), blob.get().size()));
    }

    /// An index of earlier days, or one that was made again from the tree, has no such rows.
    private Usage usage(byte[] key, long size) throws IOException {
        return Row.read("a use", index.find(Family.USAGE, key), row -> usage(row, size))
                .orElseGet(() -> Usage.unknown(size));
    }

    /// Writes down at once what eviction knows of some blobs.
    void putUsages(Map<Digest, Usage> usages) throws IOException {
        index.commit(
                usages.entrySet().stream()
                        .map(it ->
                                Change.put(
                                        Family.USAGE, RowKey.of(it.getKey()), row(it.getValue())))
                        .toArray(Change[]::new));
    }

    /// The blobs whose digests come after a hash, the first ones coming after the last.
    ///
    /// @param max how many at most; fewer means that these are all there are
    Map<Digest, Usage> sample(Digest.Algorithm algorithm, byte[] hash, int max) throws IOException {
        byte[] start = RowKey.before(algorithm, hash);
        Map<Digest, Long> sizes = new LinkedHashMap<>();
        Index.Rows add =
                (key, row) ->
                        Row.read("a blob", row, Fingerprint::ofRow)
                                .ifPresent(it -> sizes.put(RowKey.digest(key), it.size()));
        index.forEachBetween(Family.BLOB, start, RowKey.after(algorithm), max, add);
        if (sizes.size() < max) {
            byte[] first = RowKey.before(algorithm, new byte[0]);
            index.forEachBetween(Family.BLOB, first, start, max - sizes.size(), add);
        }
        Map<Digest, Usage> usages = new LinkedHashMap<>();
        for (Map.Entry<Digest, Long> blob : sizes.entrySet()) {
            usages.put(blob.getKey(), usage(RowKey.of(blob.getKey()), blob.getValue()));
        }
        return usages;
    }

    private static byte[] row(Usage usage) {
        return Row.write(
                3 * Long.BYTES + Integer.BYTES,
                row ->
                        row.putLong(usage.refetchNanos())
                                .putInt(usage.uses())
                                .putLong(usage.usedAt())
                                .putDouble(usage.mark()));
    }

    private static Usage usage(ByteBuffer row, long size) {
        return new Usage(size, row.getLong(), row.getInt(), row.getLong(), row.getDouble());
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
