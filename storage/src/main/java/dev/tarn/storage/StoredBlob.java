package dev.tarn.storage;

import dev.tarn.pull.BlobContent;
import java.nio.channels.FileChannel;

/// A whole blob: all of it may be read at once.
final class StoredBlob extends DiskBlobReader implements BlobContent {

    private final long size;

    StoredBlob(FileChannel file, long size) {
        super(file);
        this.size = size;
    }

    @Override
    public long awaitSize() {
        return size;
    }

    @Override
    public long awaitReadable(long position) {
        return size;
    }
}
