package dev.tarn.storage;

import dev.tarn.pull.BlobFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.concurrent.atomic.AtomicBoolean;

/// One reader of a whole blob: all of it may be read at once.
final class StoredBlob implements BlobFile {

    private final OpenBlob blob;
    private final AtomicBoolean isClosed = new AtomicBoolean();

    StoredBlob(OpenBlob blob) {
        this.blob = blob;
    }

    OpenBlob blob() {
        return blob;
    }

    @Override
    public long awaitSize() {
        return blob.size();
    }

    @Override
    public long awaitReadable(long position) {
        return blob.size();
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
        return blob.read(target, position);
    }

    @Override
    public long fileLength() throws IOException {
        return blob.length();
    }

    @Override
    public FileChannel channel() {
        return blob.channel();
    }

    @Override
    public boolean isResident(long start, long end) {
        return blob.isResident(start, end);
    }

    @Override
    public void close() {
        if (isClosed.compareAndSet(false, true)) {
            blob.release();
        }
    }
}
