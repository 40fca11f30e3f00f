package dev.tarn.storage;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import dev.tarn.oci.Digest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Clears away what a crash left behind, before a store is used. That takes no time that depends on
/// how many blobs there are; what does is for `Reconciliation`.
final class Recovery {

    private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);
    private static final int PROBE_BYTES = 1 << 20;

    private final Layout layout;

    Recovery(Layout layout) {
        this.layout = layout;
    }

    /// Moves an index out of the way, if there is any left.
    void setAside() throws IOException {
        if (Files.exists(layout.index())) {
            Path aside = layout.nextBrokenIndex();
            Files.move(layout.index(), aside);
            LOG.warn("index: set aside as {}; manifests, tags and links are fetched again", aside);
        }
        Files.createDirectory(layout.index());
        Sync.directory(layout.root());
    }

    /// Throws where the disk takes no file the size of a small index.
    static void requireWritable(Layout layout) throws IOException {
        Path probe = layout.indexProbe();
        try (FileChannel file = FileChannel.open(probe, CREATE, WRITE)) {
            ByteBuffer bytes = ByteBuffer.allocate(PROBE_BYTES);
            while (bytes.hasRemaining()) {
                file.write(bytes);
            }
            file.force(true);
        } finally {
            Files.deleteIfExists(probe);
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
