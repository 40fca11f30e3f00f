package dev.tarn.storage;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.SPARSE;
import static java.nio.file.StandardOpenOption.WRITE;

import dev.tarn.oci.Digest;
import dev.tarn.pull.BlobReader;
import dev.tarn.pull.IncomingBlob;
import dev.tarn.pull.Source;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A sparse file that is being filled. Writers take turns, as the system would have them do, and so
/// do `commit`, `keep` and `close`. All of them finish on a thread that has been interrupted
/// before.
///
/// A sync that failed is final, since the kernel may have dropped what it could not write and say
/// so only once: the file is good for nothing after that.
final class DiskIncomingBlob implements IncomingBlob {

    private static final Logger LOG = LoggerFactory.getLogger(DiskIncomingBlob.class);

    /// The C library's words for ENOSPC, which is all that Java tells.
    private static final String DISK_FULL = "No space left on device";

    /// What is made free at once where it is full.
    private static final long ROOM_BYTES = 16 << 20;

    private final Digest digest;
    private final Path folder;
    private final Path path;
    private final Path place;
    private final PartialRows partials;
    private final DiskBlobStore store;
    private final Optional<Remainder> remainder;
    private final Ledger.Hold hold;
    private final AtomicLong bytesHere;
    private final ReentrantLock lock = new ReentrantLock();

    /// The channel's position belongs to whoever writes.
    private final ReentrantLock writing = new ReentrantLock();

    private volatile @Nullable FileChannel channel;
    private volatile boolean isWritable = true;
    private volatile boolean isLost;
    private volatile boolean isBeingPlaced;
    private volatile boolean isCommitted;
    private boolean isKept;
    private long bytesKept;
    private boolean isClosed;

    private DiskIncomingBlob(
            Digest digest,
            Layout layout,
            PartialRows partials,
            DiskBlobStore store,
            Optional<Remainder> remainder,
            @Nullable FileChannel channel) {
        this.digest = digest;
        this.folder = layout.incoming();
        this.path = layout.incoming(digest);
        this.place = layout.blob(digest);
        this.partials = partials;
        this.store = store;
        this.remainder = remainder;
        this.channel = channel;
        long bytes = remainder.map(it -> it.spans().length()).orElse(0L);
        this.bytesHere = new AtomicLong(bytes);
        this.hold = store.hold(digest, bytes);
    }

    /// Goes on with what was kept, where that is still there, and otherwise starts with an empty
    /// file, once that is needed: to make one takes a disk its time, in which the upstream can be
    /// asked. A row that does not fit goes before its file does: the next file may get the same
    /// inode.
    static DiskIncomingBlob begin(
            Digest digest, Layout layout, PartialRows partials, DiskBlobStore store)
            throws IOException {
        Path path = layout.incoming(digest);
        Optional<Remainder> remainder = partials.find(digest);
        FileChannel channel = null;
        if (remainder.isPresent()) {
            channel = FileChannel.open(path, WRITE);
        } else {
            partials.remove(digest);
        }
        return new DiskIncomingBlob(digest, layout, partials, store, remainder, channel);
    }

    @Override
    public Optional<Remainder> remainder() {
        return remainder;
    }

    @Override
    public void reserve(long size) throws IOException {
        store.reserve(hold, size);
    }

    @Override
    public void write(long position, ByteBuffer... pieces) throws IOException {
        int count = Source.bytesIn(pieces);
        long here = bytesHere.addAndGet(count);
        if (here > hold.bytes()) {
            store.reserve(hold, here); // of a size that nobody knew before
        }
        long end = position + count;
        while (Source.bytesIn(pieces) > 0) {
            FileChannel target = channel();
            try {
                var _ = store.trouble().watch(() -> write(target, pieces, end));
            } catch (ClosedByInterruptException e) {
                throw e;
            } catch (ClosedChannelException e) {
                LOG.debug("{}: another writer was interrupted, going on", digest, e);
            }
        }
    }

    /// A disk that is full gets room, once, where there is something to evict.
    private long write(FileChannel target, ByteBuffer[] pieces, long end) throws IOException {
        try {
            return writeOnce(target, pieces, end);
        } catch (IOException e) {
            boolean isFull = String.valueOf(e.getMessage()).contains(DISK_FULL);
            if (!isFull || !store.evictor().makeRoom(ROOM_BYTES)) {
                throw e;
            }
            LOG.info("{}: the disk was full, and some blobs have made room", digest);
            return writeOnce(target, pieces, end);
        }
    }

    /// As much as the system takes at once, in one call: what one call brings is kept together.
    private long writeOnce(FileChannel target, ByteBuffer[] pieces, long end) throws IOException {
        writing.lock();
        try {
            target.position(end - Source.bytesIn(pieces));
            return target.write(pieces);
        } finally {
            writing.unlock();
        }
    }

    /// The channel to write with. A writer that is interrupted takes it down with it
    /// (`InterruptibleChannel`), and the others go on with a new one.
    private FileChannel channel() throws IOException {
        FileChannel current = channel;
        if (isWritable && current != null && current.isOpen()) {
            return current;
        }
        lock.lock();
        try {
            requireWritable();
            current = channel;
            if (current == null) {
                current = store.trouble().watch(() -> store.descriptors().need(this::create));
            } else if (!current.isOpen()) {
                current = store.descriptors().need(() -> FileChannel.open(path, WRITE));
            }
            channel = current;
            return current;
        } finally {
            lock.unlock();
        }
    }

    private FileChannel create() throws IOException {
        Files.deleteIfExists(path);
        return FileChannel.open(path, CREATE_NEW, SPARSE, WRITE);
    }

    @Override
    public BlobReader open() throws IOException {
        if (isCommitted) { // the path may be another's by now, who fetches the same blob again
            return new DiskBlobReader(FileChannel.open(place, READ));
        }
        if (channel == null) {
            var _ = channel();
        }
        try {
            return new DiskBlobReader(FileChannel.open(path, READ));
        } catch (NoSuchFileException e) {
            if (!isBeingPlaced) {
                throw e;
            }
            return new DiskBlobReader(FileChannel.open(place, READ));
        }
    }

    @Override
    public void commit(long size, Duration refetchTime) throws IOException {
        Sync.undisturbed(() -> {
            lock.lock();
            try {
                FileChannel filled = channel();
                isWritable = false;
                isKept = false;
                var _ = store.trouble().watch(() -> put(filled, size, refetchTime));
                isCommitted = true;
                store.filled(digest);
            } finally {
                lock.unlock();
            }
        });
    }

    private boolean put(FileChannel filled, long size, Duration refetchTime) throws IOException {
        filled.close();
        syncTrimmed(size);
        isBeingPlaced = true;
        store.admit(digest, path, refetchTime, hold);
        return true;
    }

    private void syncTrimmed(long size) throws IOException {
        try (FileChannel file = store.descriptors().need(() -> FileChannel.open(path, WRITE))) {
            if (file.size() < size) {
                throw new IOException(
                        "%s has %d bytes and cannot be committed with %d"
                                .formatted(path, file.size(), size));
            }
            file.truncate(size);
            force(file);
        }
    }

    @Override
    public void keep(Remainder remainder) throws IOException {
        Sync.undisturbed(() -> {
            lock.lock();
            try {
                if (isCommitted) {
                    return;
                }
                requireWritable();
                isKept = false;
                if (remainder.spans().toList().isEmpty()) {
                    partials.remove(digest);
                } else {
                    var _ = store.trouble().watch(this::sync);
                    partials.put(digest, remainder);
                    isKept = true;
                    bytesKept = remainder.spans().length();
                }
            } finally {
                lock.unlock();
            }
        });
    }

    /// Syncs through a channel of its own, which no interrupted writer can close.
    private boolean sync() throws IOException {
        boolean isSynced = false;
        try (FileChannel file = store.descriptors().need(() -> FileChannel.open(path, WRITE))) {
            force(file);
            store.descriptors().needFor(() -> Sync.directory(folder));
            isSynced = true;
        } finally {
            isWritable = isSynced;
        }
        return isSynced;
    }

    private void force(FileChannel file) throws IOException {
        try {
            file.force(true);
        } catch (IOException e) {
            isLost = true;
            throw new SyncFailed(path.toString(), e);
        }
    }

    private void requireWritable() throws IOException {
        if (isLost) {
            throw new SyncFailed(path.toString(), null);
        }
        if (!isWritable) {
            throw new IOException(path + " is not being filled any more");
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            if (isClosed) {
                return;
            }
            isClosed = true;
            isWritable = false;
            closeChannel();
            if (isCommitted) {
                store.letGo(digest);
            } else {
                discardUnlessKept();
                hold.leave(isKept ? bytesKept : 0);
                store.filled(digest);
            }
        } finally {
            lock.unlock();
        }
    }

    private void closeChannel() {
        FileChannel current = channel;
        if (current == null) {
            return;
        }
        try {
            current.close();
        } catch (IOException e) {
            LOG.warn("{} cannot be closed", path, e);
        }
    }

    /// What cannot be deleted now is swept when the store is opened next.
    private void discardUnlessKept() {
        if (isKept) {
            return;
        }
        try {
            partials.remove(digest);
        } catch (IOException e) {
            LOG.warn("{}: what was kept of it cannot be forgotten", path, e);
        }
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            LOG.warn("{} cannot be deleted", path, e);
        }
    }
}
