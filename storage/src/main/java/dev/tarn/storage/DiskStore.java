package dev.tarn.storage;

import dev.tarn.pull.BlobStore;
import dev.tarn.pull.ManifestStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// All that the mirror keeps, in one folder that one process has at a time.
public final class DiskStore implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(DiskStore.class);

    private final Index index;
    private final BlobRows rows;
    private final DiskBlobStore blobs;
    private final DiskManifestStore manifests;

    private DiskStore(Layout layout, Index index, Budget budget) throws IOException {
        Recovery recovery = new Recovery(layout);
        if (!index.isComplete()) {
            recovery.rebuild(index);
        }
        PartialRows partials = new PartialRows(layout, index);
        recovery.sweep(partials);
        this.index = index;
        this.rows = new BlobRows(index);
        Pins pins = new Pins(budget.pins());
        this.manifests = new DiskManifestStore(index, pins);
        this.blobs =
                new DiskBlobStore(
                        layout,
                        rows,
                        partials,
                        budget.capacity().of(Files.getFileStore(layout.root()).getTotalSpace()),
                        budget.eviction(),
                        () -> pins.blobs(index, manifests::find));
    }

    /// Opens the store in a folder, or makes one in an empty folder, and heals what a crash left
    /// behind. An index that cannot be read is set aside and made again from the blobs that are
    /// there. Throws where another process has the store, the folder holds something else, or its
    /// format is unknown.
    public static DiskStore open(Path root, Budget budget) throws IOException {
        Layout layout = new Layout(root);
        layout.createRoot();
        Format.check(layout);
        layout.createFolders();
        try {
            return openIndexed(layout, budget);
        } catch (BrokenIndexException e) {
            LOG.error("index: {} cannot be used", layout.index(), e);
            new Recovery(layout).setAside();
            return openIndexed(layout, budget);
        }
    }

    private static DiskStore openIndexed(Layout layout, Budget budget) throws IOException {
        Index index = Index.open(layout);
        boolean isOpen = false;
        try {
            DiskStore store = new DiskStore(layout, index, budget);
            isOpen = true;
            return store;
        } catch (UncheckedIOException e) {
            throw e.getCause(); // from walking the tree
        } finally {
            if (!isOpen) {
                index.close();
            }
        }
    }

    /// With a usual budget.
    static DiskStore open(Path root) throws IOException {
        return open(root, Budget.DEFAULT);
    }

    public BlobStore blobs() {
        return blobs;
    }

    public ManifestStore manifests() {
        return manifests;
    }

    /// How many blobs are whole.
    public long blobCount() {
        return rows.count();
    }

    /// The size of all whole blobs together.
    public long byteCount() {
        return rows.bytes();
    }

    /// What the store may hold, in bytes.
    public long capacity() {
        return blobs.evictor().capacity();
    }

    /// What the blobs take up, and those on their way in with what is promised to them, and what is
    /// left of those that did not get here.
    public long usedBytes() {
        return rows.ledger().total();
    }

    /// How many blobs were evicted since the start.
    public long evictedCount() {
        return blobs.evictor().evictedCount();
    }

    /// The size of all those together.
    public long evictedBytes() {
        return blobs.evictor().evictedBytes();
    }

    /// Finishes the writes that are waiting and gives the folder back. Open readers go on reading.
    @Override
    public void close() {
        blobs.close();
        manifests.close();
        index.close();
    }
}
