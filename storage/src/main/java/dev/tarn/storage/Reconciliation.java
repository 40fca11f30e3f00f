package dev.tarn.storage;

import dev.tarn.oci.Digest;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes tree and index agree, folder by folder, while both are in use: files without a row are
/// adopted, rows without a file dropped. Nothing is hashed: a file that was adopted is checked when
/// it is asked for. Used by one thread, which alone may hold many turns at once; while it does, it
/// waits for no other, whose holder may be hashing a large file for minutes.
final class Reconciliation {

    private static final Logger LOG = LoggerFactory.getLogger(Reconciliation.class);
    private static final int ADOPTED_AT_ONCE = 500;

    private final Layout layout;
    private final BlobRows rows;
    private final Turns turns;

    Reconciliation(Layout layout, BlobRows rows, Turns turns) {
        this.layout = layout;
        this.rows = rows;
        this.turns = turns;
    }

    /// Settles the blobs whose hash begins with a byte, and answers those that there are, in order.
    SortedSet<Digest> settle(Digest.Algorithm algorithm, int firstByte) throws IOException {
        Set<Digest> known = rows.digests(algorithm, firstByte);
        SortedSet<Digest> files = files(algorithm, layout.folder(algorithm, firstByte));
        Iterator<Digest> unknown = files.stream().filter(it -> !known.contains(it)).iterator();
        List<Digest> busy = new ArrayList<>();
        while (unknown.hasNext()) {
            adoptSome(unknown, busy);
        }
        for (Digest digest : busy) {
            adoptLater(digest);
        }
        for (Digest digest : known) {
            if (!files.contains(digest)) {
                dropIfGone(digest);
            }
        }
        return files;
    }

    private SortedSet<Digest> files(Digest.Algorithm algorithm, Path folder) throws IOException {
        SortedSet<Digest> digests = new TreeSet<>((a, b) -> a.hex().compareTo(b.hex()));
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                Optional<Digest> digest = layout.digestOfBlob(algorithm, file);
                if (digest.isPresent()) {
                    digests.add(digest.get());
                } else {
                    LOG.debug("{} is not a blob: left alone", file);
                }
            }
        } catch (NoSuchFileException | NotDirectoryException e) {
            LOG.debug("no blobs in {}", folder, e);
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return digests;
    }

    /// @param busy takes those that somebody works on
    private void adoptSome(Iterator<Digest> unknown, List<Digest> busy) throws IOException {
        Deque<Turns.Turn> held = new ArrayDeque<>();
        Map<Digest, Fingerprint> adopted = new HashMap<>();
        try {
            while (unknown.hasNext() && held.size() < ADOPTED_AT_ONCE) {
                Digest digest = unknown.next();
                Optional<Turns.Turn> turn = turns.attempt(digest);
                turn.ifPresentOrElse(held::push, () -> busy.add(digest));
                if (turn.isPresent()) {
                    unknownFile(digest).ifPresent(file -> adopted.put(digest, file));
                }
            }
            if (!adopted.isEmpty()) {
                rows.putAll(adopted);
                LOG.info("index: {} blobs adopted that the tree holds", adopted.size());
            }
        } finally {
            held.forEach(Turns.Turn::close);
        }
    }

    /// Whoever works on a blob usually writes its row, and otherwise nobody would count it.
    private void adoptLater(Digest digest) throws IOException {
        try (var _ = turns.await(digest)) {
            Optional<Fingerprint> file = unknownFile(digest);
            if (file.isPresent()) {
                rows.put(digest, file.get());
                LOG.info("index: blob {} adopted, which the tree holds", digest);
            }
        }
    }

    /// The file of a blob that has no row.
    private Optional<Fingerprint> unknownFile(Digest digest) throws IOException {
        Path place = layout.blob(digest);
        return rows.find(digest).isEmpty() && Files.isRegularFile(place)
                ? Optional.of(Fingerprint.unverified(Files.size(place)))
                : Optional.empty();
    }

    private void dropIfGone(Digest digest) throws IOException {
        try (var _ = turns.await(digest)) {
            if (Files.notExists(layout.blob(digest))) {
                LOG.warn("blob {}: its file is gone", digest);
                rows.remove(digest);
            }
        }
    }
}
