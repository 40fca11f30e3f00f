package dev.tarn.storage;

import dev.tarn.oci.Digest;
import dev.tarn.oci.RegistryException.StoreFailed;
import dev.tarn.pull.BlobContent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A whole blob of which nobody takes for granted that it still is. Its last bytes are held back
/// until a virtual thread has hashed all of them, which it begins to do when the first are wanted;
/// so a damaged blob is a truncated answer, as with a download. A small one is hashed before anyone
/// gets anything, so that it is fetched again in the same request.
final class HashedBlob implements BlobContent {

    /// As many as of a running download.
    private static final int HELD_BACK_BYTES = 16 << 10;

    private static final Logger LOG = LoggerFactory.getLogger(HashedBlob.class);

    private final StoredBlob file;
    private final Digest digest;
    private final DiskBlobStore store;
    private final CompletableFuture<Boolean> isRight = new CompletableFuture<>();
    private final AtomicBoolean isStarted = new AtomicBoolean();
    private volatile boolean isClosed;

    private HashedBlob(StoredBlob file, Digest digest, DiskBlobStore store) {
        this.file = file;
        this.digest = digest;
        this.store = store;
    }

    /// Takes over the file; empty where it is small and its bytes are wrong.
    static Optional<BlobContent> of(StoredBlob file, Digest digest, DiskBlobStore store) {
        if (file.awaitSize() > OpenBlob.SMALL_BYTES_MAX) {
            return Optional.of(new HashedBlob(file, digest, store));
        }
        if (file.blob().hashesTo(digest, () -> false)) {
            return Optional.of(file);
        }
        file.close();
        store.condemn(digest);
        return Optional.empty();
    }

    @Override
    public long awaitSize() {
        return file.awaitSize();
    }

    @Override
    public long awaitReadable(long position) throws InterruptedException {
        start();
        long heldFrom = file.awaitSize() - HELD_BACK_BYTES;
        if (position < heldFrom && !isRight.isDone()) {
            return heldFrom;
        }
        try {
            if (isRight.get()) {
                return file.awaitSize();
            }
        } catch (ExecutionException e) {
            throw new StoreFailed("cannot hash " + digest, e.getCause());
        }
        throw new StoreFailed(digest + " was damaged on disk", null);
    }

    /// The hasher holds the file by itself, since the reader may leave at any time.
    private void start() {
        if (isStarted.compareAndSet(false, true)) {
            StoredBlob own = file.blob().newReader().orElseThrow();
            Thread.ofVirtual().name("hash " + digest).start(() -> hash(own));
        }
    }

    private void hash(StoredBlob own) {
        try (own) {
            boolean holds = own.blob().hashesTo(digest, () -> isClosed);
            if (!holds && !isClosed) {
                store.condemn(digest);
            }
            isRight.complete(holds);
        } catch (RuntimeException | Error e) {
            LOG.error("blob {} could not be hashed", digest, e);
            isRight.completeExceptionally(e); // whoever waits must not wait for ever
        }
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
        return file.read(target, position);
    }

    @Override
    public Optional<FileChannel> file() {
        return file.file();
    }

    @Override
    public long fileLength() throws IOException {
        return file.fileLength();
    }

    @Override
    public void close() {
        isClosed = true;
        file.close();
    }
}
