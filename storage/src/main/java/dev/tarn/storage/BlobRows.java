package dev.tarn.storage;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.tarn.oci.Digest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// Which blobs there are, and what their files look like. The hot ones are answered from memory.
/// Any thread may ask; whoever changes the row of a digest holds its turn.
final class BlobRows {

    private static final int HOT_MAX = 1 << 16;

    private final Index index;
    private final Cache<Digest, @Nullable Fingerprint> hot =
            Caffeine.newBuilder().maximumSize(HOT_MAX).executor(Runnable::run).build();
    private final AtomicLong count = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();

    /// Counts what is there, which reads every row once.
    BlobRows(Index index) throws IOException {
        this.index = index;
        index.forEach(
                Family.BLOB,
                (key, row) ->
                        Row.read("a blob", row, Fingerprint::ofRow)
                                .ifPresent(fingerprint -> count(fingerprint, 1)));
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

    /// A blob that is whole leaves nothing partial behind: both changes last together.
    void put(Digest digest, Fingerprint fingerprint) throws IOException {
        Optional<Fingerprint> before = find(digest);
        byte[] key = RowKey.of(digest);
        index.commit(
                Change.put(Family.BLOB, key, fingerprint.toRow()),
                Change.delete(Family.PARTIAL, key));
        hot.put(digest, fingerprint);
        before.ifPresent(old -> count(old, -1));
        count(fingerprint, 1);
    }

    void remove(Digest digest) throws IOException {
        Optional<Fingerprint> before = find(digest);
        if (before.isPresent()) {
            index.commit(Change.delete(Family.BLOB, RowKey.of(digest)));
            hot.invalidate(digest);
            count(before.get(), -1);
        }
    }

    private @Nullable Fingerprint read(Digest digest) {
        try {
            return Row.read(digest, index.find(Family.BLOB, RowKey.of(digest)), Fingerprint::ofRow)
                    .orElse(null);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void count(Fingerprint fingerprint, int sign) {
        count.addAndGet(sign);
        bytes.addAndGet(sign * fingerprint.size());
    }
}
