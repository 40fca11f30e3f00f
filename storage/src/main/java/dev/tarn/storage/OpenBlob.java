package dev.tarn.storage;

import dev.tarn.oci.Digest;
import java.io.EOFException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The file of a whole blob, opened once for all who read it, and closed when the last of them has
/// left. Any thread may read and release.
final class OpenBlob {

    /// A file of this size is read when it is opened, and then taken to stay in memory: looking
    /// costs more than the rare wait.
    static final int SMALL_BYTES_MAX = 1 << 20;

    private static final int READ_BYTES_MAX = 64 << 10;

    /// How far apart are the pages that are looked at: as much as a system keeps, and forgets, as
    /// one.
    private static final int LOOK_BYTES = 2 << 20;

    private static final Logger LOG = LoggerFactory.getLogger(OpenBlob.class);

    private final Path place;
    private final RandomAccessFile file;
    private final Fingerprint fingerprint;
    private final IntConsumer whenClosed;
    private final AtomicInteger holders = new AtomicInteger(1);
    private final AtomicInteger uses = new AtomicInteger();
    private final Lock fileLock = new ReentrantLock();
    private @Nullable Arena arena;
    private volatile @Nullable MemorySegment mapping;

    private OpenBlob(
            Path place, RandomAccessFile file, Fingerprint fingerprint, IntConsumer whenClosed) {
        this.place = place;
        this.file = file;
        this.fingerprint = fingerprint;
        this.whenClosed = whenClosed;
    }

    /// Held once: by whoever opens it.
    ///
    /// @param whenClosed hears how often it was used since that was last asked for
    static OpenBlob open(Path place, Fingerprint fingerprint, IntConsumer whenClosed)
            throws IOException {
        return new OpenBlob(
                place, new RandomAccessFile(place.toFile(), "r"), fingerprint, whenClosed);
    }

    long size() {
        return fingerprint.size();
    }

    Fingerprint fingerprint() {
        return fingerprint;
    }

    FileChannel channel() {
        return file.getChannel();
    }

    /// How long the file is now. Not by the channel, which an interrupt would close for all.
    long length() throws IOException {
        return file.length();
    }

    /// Whether the file in this place is still this one, and looks as it did.
    boolean isUnchanged() throws IOException {
        try {
            return channel().isOpen() && fingerprint.fits(place);
        } catch (NoSuchFileException e) {
            LOG.debug("{} was taken away", place, e);
            return false;
        }
    }

    /// Another reader; none where the file has been closed meanwhile.
    Optional<StoredBlob> newReader() {
        int now = holders.get();
        while (now > 0 && !holders.compareAndSet(now, now + 1)) {
            now = holders.get();
        }
        if (now <= 0) {
            return Optional.empty();
        }
        uses.lazySet(uses.getPlain() + 1); // on an event loop: a lost one does not matter
        return Optional.of(new StoredBlob(this));
    }

    /// How many readers there were since this was last asked.
    int takeUses() {
        return uses.getAndSet(0);
    }

    /// Closes it unless somebody besides the one who opened it holds it, whose `release` then does
    /// nothing any more.
    boolean closeUnlessRead() {
        boolean isUnread = holders.compareAndSet(1, 0);
        if (isUnread) {
            close();
        }
        return isUnread;
    }

    /// Whether anybody besides the one who opened it holds it.
    boolean isRead() {
        return holders.get() > 1;
    }

    void release() {
        if (holders.decrementAndGet() == 0) {
            close();
        }
    }

    /// Looks at the first and the last page, and at some between those that are far apart: files
    /// are read, and forgotten, from the front.
    boolean isResident(long start, long end) {
        if (size() <= SMALL_BYTES_MAX) {
            return true;
        }
        try {
            for (long at = start; at < end; at += LOOK_BYTES) {
                if (!mapping().asSlice(at, 1).isLoaded()) {
                    return false;
                }
            }
            return mapping().asSlice(end - 1, 1).isLoaded();
        } catch (UncheckedIOException e) {
            LOG.warn("sent without a look whether it is in memory", e);
            return true;
        }
    }

    /// Reads some bytes. Not through the channel, which an interrupt of one reader would close for
    /// all of them.
    int read(ByteBuffer target, long position) throws IOException {
        byte[] bytes = new byte[Math.min(target.remaining(), READ_BYTES_MAX)];
        fileLock.lock();
        try {
            file.seek(position);
            int length = file.read(bytes);
            if (length < 0) {
                throw new EOFException("the file ends before byte " + position);
            }
            target.put(bytes, 0, length);
            return length;
        } finally {
            fileLock.unlock();
        }
    }

    /// Whether its bytes are those of the digest; what cannot be read is not. Not through a
    /// channel, which an interrupt would close: a client that leaves would condemn the blob to be
    /// fetched again, and those who wait for the same answer to begin again.
    ///
    /// @param isStopped asked now and then; once it says so, the answer means nothing
    @SuppressWarnings("ThreadPriorityCheck") // the yield: virtual threads are not preempted
    boolean hashesTo(Digest digest, BooleanSupplier isStopped) {
        MessageDigest hash = digest.algorithm().newHash();
        ByteBuffer buffer = ByteBuffer.allocate(READ_BYTES_MAX);
        try {
            for (long at = 0; at < size() && !isStopped.getAsBoolean(); at += buffer.limit()) {
                buffer.clear().limit((int) Math.min(READ_BYTES_MAX, size() - at));
                int length = read(buffer, at);
                buffer.flip().limit(length);
                hash.update(buffer.duplicate());
                Thread.yield();
            }
        } catch (IOException e) {
            LOG.error("blob {} cannot be read to its end", digest, e);
            return false;
        }
        return Digest.of(digest.algorithm(), hash).equals(digest);
    }

    /// Reads a small file once, so that no event loop has to wait for it; whether it can be read.
    boolean warms() {
        if (size() > SMALL_BYTES_MAX) {
            return true;
        }
        ByteBuffer scratch = ByteBuffer.allocate((int) size());
        try {
            while (scratch.hasRemaining()) {
                var _ = read(scratch, scratch.position());
            }
            return true;
        } catch (IOException e) {
            LOG.error("{} cannot be read", place, e);
            return false;
        }
    }

    private MemorySegment mapping() {
        MemorySegment mapped = mapping;
        if (mapped == null) {
            fileLock.lock();
            try {
                mapped = mapping == null ? map() : mapping;
                mapping = mapped;
            } finally {
                fileLock.unlock();
            }
        }
        return mapped;
    }

    @SuppressWarnings("MustBeClosed") // closed with the file
    private MemorySegment map() {
        Arena shared = Arena.ofShared();
        arena = shared;
        try {
            return file.getChannel().map(MapMode.READ_ONLY, 0, size(), shared);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot be mapped: " + place, e);
        }
    }

    private void close() {
        try {
            if (arena != null) {
                arena.close();
            }
            file.close();
        } catch (IOException e) {
            LOG.warn("a file that was only read could not be closed", e);
        } finally {
            whenClosed.accept(takeUses());
        }
    }
}
