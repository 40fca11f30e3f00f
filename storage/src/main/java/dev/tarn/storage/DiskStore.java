package dev.tarn.storage;

import dev.tarn.pull.BlobStore;
import dev.tarn.pull.ManifestStore;
import java.io.IOException;
import java.io.UncheckedIOException;
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

    private DiskStore(Layout layout, Index index) throws IOException {
        Recovery recovery = new Recovery(layout);
        if (!index.isComplete()) {
            recovery.rebuild(index);
        }
        PartialRows partials = new PartialRows(layout, index);
        recovery.sweep(partials);
        this.index = index;
        this.rows = new BlobRows(index);
        this.blobs = new DiskBlobStore(layout, rows, partials);
        this.manifests = new DiskManifestStore(index);
    }

    /// Opens the store in a folder, or makes one in an empty folder, and heals what a crash left
    /// behind. An index that cannot be read is set aside and made again from the blobs that are
    /// there. Throws where another process has the store, the folder holds something else, or its
    /// format is unknown.
    public static DiskStore open(Path root) throws IOException {
        Layout layout = new Layout(root);
        layout.createRoot();
        Format.check(layout);
        layout.createFolders();
        try {
            return openIndexed(layout);
        } catch (BrokenIndexException e) {
            LOG.error("index: {} cannot be used", layout.index(), e);
            new Recovery(layout).setAside();
            return openIndexed(layout);
        }
    }

    private static DiskStore openIndexed(Layout layout) throws IOException {
        Index index = Index.open(layout);
        boolean isOpen = false;
        try {
            DiskStore store = new DiskStore(layout, index);
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

    /// Finishes the writes that are waiting and gives the folder back. Open readers go on reading.
    @Override
    public void close() {
        blobs.close();
        manifests.close();
        index.close();
    }
}
