package dev.tarn.storage;

import dev.tarn.oci.Digest;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes tree and index agree when a store is opened, whatever ended the process that had it last.
/// Nothing is hashed here: what is not known to be right is checked when it is asked for.
final class Recovery {

    private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);
    private static final int ROWS_PER_COMMIT = 2_000;

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
        Adoption adoption = new Adoption(index);
        for (Digest.Algorithm algorithm : Digest.Algorithm.values()) {
            Path blobs = layout.blobs(algorithm);
            Files.walkFileTree(
                    blobs,
                    Set.of(),
                    2,
                    new SimpleFileVisitor<>() {
                        @Override
                        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                                throws IOException {
                            if (attributes.isRegularFile()) {
                                adoption.add(algorithm, file, attributes.size());
                            }
                            return FileVisitResult.CONTINUE;
                        }
                    });
        }
        adoption.commit();
        index.markComplete();
        LOG.info("index: new, with {} blobs that the tree holds", adoption.count);
    }

    /// Rows for files that are there, written many at a time.
    private final class Adoption {
        private final Index index;
        private final List<Change> changes = new ArrayList<>();
        private long count;

        Adoption(Index index) {
            this.index = index;
        }

        void add(Digest.Algorithm algorithm, Path file, long size) throws IOException {
            Optional<Digest> digest = layout.digestOfBlob(algorithm, file);
            if (digest.isEmpty()) {
                LOG.warn("{} is not a blob: left alone", file);
                return;
            }
            byte[] row = Fingerprint.unverified(size).toRow();
            changes.add(Change.put(Family.BLOB, RowKey.of(digest.get()), row));
            count++;
            if (changes.size() == ROWS_PER_COMMIT) {
                commit();
            }
        }

        void commit() throws IOException {
            index.commit(changes.toArray(Change[]::new));
            changes.clear();
        }
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
