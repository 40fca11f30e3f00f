package dev.tarn.pull;

import dev.tarn.oci.Digest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What one download fills: the file in the store, and, from the moment on at which that takes no
/// more, a passage through memory. Readers see no difference.
final class Filling implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Filling.class);

    private final Digest digest;
    private final @Nullable IncomingBlob file;
    private final Passage passage;
    private final AtomicBoolean isReserved = new AtomicBoolean();
    private volatile boolean isPassing;
    private volatile IncomingBlob.@Nullable SyncFailed loss;
    private volatile boolean isWritten;

    private Filling(Digest digest, @Nullable IncomingBlob file, Reservoir reservoir) {
        this.digest = digest;
        this.file = file;
        this.passage = new Passage(reservoir).open();
        this.isPassing = file == null;
    }

    static Filling begin(Environment environment, Digest digest) {
        Reservoir reservoir = environment.reservoir();
        try {
            return new Filling(digest, environment.store().begin(digest), reservoir);
        } catch (IOException e) {
            LOG.warn("{} cannot be stored, and is passed through", digest, e);
            return new Filling(digest, null, reservoir);
        }
    }

    /// Whether what comes now goes past the disk.
    boolean isPassing() {
        return isPassing;
    }

    Passage passage() {
        return passage;
    }

    Optional<IncomingBlob.Remainder> remainder() {
        return file == null ? Optional.empty() : file.remainder();
    }

    /// Sees that there is room for the blob, once somebody knows its size.
    void reserve(OptionalLong size) {
        if (file != null && size.isPresent() && isReserved.compareAndSet(false, true)) {
            try {
                file.reserve(size.getAsLong());
            } catch (IOException e) {
                pass(e);
            }
        }
    }

    /// Whether the file took the bytes.
    boolean write(long position, ByteBuffer... pieces) {
        if (isPassing || file == null) {
            return false;
        }
        try {
            isWritten = true;
            file.write(position, pieces);
            return true;
        } catch (IOException e) {
            loss = e instanceof IncomingBlob.SyncFailed failed ? failed : loss;
            pass(e);
            return false;
        }
    }

    private void pass(IOException reason) {
        if (!isPassing) {
            isPassing = true;
            LOG.warn("{} cannot be stored any further, and is passed through", digest, reason);
        }
    }

    /// Opens it for one reader. A file that cannot be read is of no use to a download that has
    /// nothing in it yet: then everything goes past it.
    Reader open() throws IOException {
        if (file == null) {
            return new Reader(null, passage);
        }
        try {
            return new Reader(file.open(), passage);
        } catch (IOException e) {
            if (isWritten || file.remainder().isPresent()) {
                throw e;
            }
            pass(e);
            return new Reader(null, passage);
        }
    }

    /// Whether the blob is in the store now. If not, it is right all the same, unless the disk has
    /// lost what came.
    boolean commit(long size, Duration refetchTime) throws IncomingBlob.SyncFailed {
        if (loss != null) {
            throw loss;
        }
        if (isPassing || file == null) {
            return false;
        }
        try {
            file.commit(size, refetchTime);
            return true;
        } catch (IncomingBlob.SyncFailed e) {
            throw e;
        } catch (IOException e) {
            LOG.error("{} is right, but cannot be stored", digest, e);
            return false;
        }
    }

    /// Writes down what is here, for a later download to go on from.
    void keep(IncomingBlob.Remainder remainder) throws IncomingBlob.SyncFailed {
        if (file != null) {
            try {
                file.keep(remainder);
            } catch (IncomingBlob.SyncFailed e) {
                throw e;
            } catch (IOException e) {
                LOG.warn("{}: what is here of it cannot be kept", digest, e);
            }
        }
    }

    @Override
    public void close() {
        passage.close();
        if (file != null) {
            file.close();
        }
    }

    /// Never reads from the file what went past it: there are zeros in its place.
    static final class Reader implements BlobReader {

        private final @Nullable BlobReader opened;
        private final Passage passage;
        private final AtomicBoolean isClosed = new AtomicBoolean();

        Reader(@Nullable BlobReader opened, Passage passage) {
            this.opened = opened;
            this.passage = passage.open();
        }

        boolean isInFile(long position) {
            return opened != null
                    && !passage.has(position)
                    && !passage.hasLost(position, position + 1);
        }

        /// Where the bytes from `position` on change over to the file, or from it to memory.
        long end(long position, long end) {
            return passage.nextAfter(position, end);
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            if (opened == null || !isInFile(position)) {
                return passage.read(target, position);
            }
            long most = passage.nextAfter(position, position + target.remaining()) - position;
            int limit = target.limit();
            target.limit(target.position() + (int) most);
            try {
                return opened.read(target, position);
            } finally {
                target.limit(limit);
            }
        }

        @Override
        public Optional<FileChannel> file() {
            return opened == null ? Optional.empty() : opened.file();
        }

        @Override
        public void close() {
            if (isClosed.compareAndSet(false, true)) {
                passage.close();
                if (opened != null) {
                    opened.close();
                }
            }
        }
    }
}
