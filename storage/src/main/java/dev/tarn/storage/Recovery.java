package dev.tarn.storage;

import dev.tarn.oci.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes tree and index agree when a store is opened, whatever ended the process that had it last.
/// Nothing is hashed here: what is not known to be right is checked when it is asked for.
final class Recovery {

    private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);
    private static final int ROWS_PER_COMMIT = 1_000;

    private final Layout layout;

    Recovery(Layout layout) {
        this.layout = layout;
    }

    /// Moves an index out of the way.
    void setAside() throws IOException {
        Path aside = layout.nextBrokenIndex();
        Files.move(layout.index(), aside);
        Files.createDirectory(layout.index());
        Sync.directory(layout.root());
        LOG.warn("index: set aside as {}", aside);
    }

    /// Fills a new index from the blobs that are there. Manifests, tags and links are fetched again
    /// as they are asked for.
    void rebuild(Index index) throws IOException {
        long count = 0;
        List<Change> changes = new ArrayList<>();
        for (Digest.Algorithm algorithm : Digest.Algorithm.values()) {
            try (Stream<Path> files = Files.walk(layout.blobs(algorithm), 2)) {
                for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                    Optional<Change> change = row(algorithm, file);
                    change.ifPresent(changes::add);
                    count += change.isPresent() ? 1 : 0;
                    if (changes.size() == ROWS_PER_COMMIT) {
                        index.commit(changes.toArray(Change[]::new));
                        changes.clear();
                    }
                }
            }
        }
        index.commit(changes.toArray(Change[]::new));
        index.markComplete();
        LOG.info("index: new, with {} blobs that the tree holds", count);
    }

    private Optional<Change> row(Digest.Algorithm algorithm, Path file) throws IOException {
        Optional<Digest> digest = layout.digestOfBlob(algorithm, file);
        if (digest.isEmpty()) {
            LOG.warn("{} is not a blob: left alone", file);
            return Optional.empty();
        }
        byte[] row = Fingerprint.unverified(Files.size(file)).toRow();
        return Optional.of(Change.put(Family.BLOB, RowKey.of(digest.get()), row));
    }

    /// Deletes the incoming files that no download can go on with, and the rows about files that
    /// are gone.
    void sweep(PartialRows partials) throws IOException {
        try (Stream<Path> files = Files.list(layout.incoming())) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Optional<Digest> digest = layout.digestOfIncoming(file);
                if (digest.isEmpty() || partials.find(digest.get()).isEmpty()) {
                    delete(file);
                }
            }
        }
        for (Digest digest : partials.digests()) {
            if (partials.find(digest).isEmpty()) {
                partials.remove(digest);
            }
        }
    }

    private static void delete(Path file) {
        try {
            Files.delete(file);
            LOG.info("swept {}", file);
        } catch (IOException e) {
            LOG.warn("{} is in the way and cannot be deleted", file, e);
        }
    }
}
