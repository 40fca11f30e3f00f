package dev.tarn.storage;

import dev.tarn.oci.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What of a store can go to make room: the files of whole blobs, and what is left of downloads
/// that did not get to their end.
record EvictableBlobs(
        Layout layout,
        BlobRows rows,
        PartialRows partials,
        Turns turns,
        Set<Digest> filling,
        OpenBlobs open)
        implements Evictor.Blobs {

    @Override
    public int takeUses(Digest digest) {
        return open.takeUses(digest);
    }

    @Override
    public Map<Digest, Integer> takeAllUses() {
        return open.takeAllUses();
    }

    @Override
    public boolean isInUse(Digest digest) {
        return filling.contains(digest) || open.isInUse(digest);
    }

    /// The file goes before its row: what a crash leaves is a row without a file, which costs
    /// nothing and goes when somebody asks for the blob, or when it is evicted again. The other way
    /// round, a file that no row counts would stay for ever.
    @Override
    public boolean evict(Digest digest) throws IOException {
        Optional<Turns.Turn> turn = turns.attempt(digest);
        if (turn.isEmpty()) {
            return false;
        }
        try (var _ = turn.get()) {
            if (!open.close(digest)) {
                return false;
            }
            if (Files.deleteIfExists(layout.blob(digest))) {
                Sync.directory(layout.folder(digest));
            }
            rows.remove(digest);
            return true;
        }
    }

    @Override
    public boolean evictRemainder() throws IOException {
        Optional<Digest> oldest = rows.ledger().oldestKept();
        if (oldest.isEmpty()) {
            return false;
        }
        Digest digest = oldest.get();
        try (var _ = turns.await(digest)) {
            if (!filling.contains(digest)) {
                Files.deleteIfExists(layout.incoming(digest));
                rows.ledger().forget(digest);
                partials.remove(digest);
            }
            return true;
        }
    }

    @Override
    public long usableBytes() throws IOException {
        return Files.getFileStore(layout.root()).getUsableSpace();
    }
}
