package dev.tarn.pull;

import dev.tarn.oci.Digest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// A blob store that forgets everything when the test ends.
public final class InMemoryBlobStore implements BlobStore {

    private final Map<Digest, byte[]> committed = new ConcurrentHashMap<>();
    private final Map<Digest, Kept> kept = new ConcurrentHashMap<>();

    private record Kept(IncomingBlob.Remainder remainder, Growing bytes) {}

    @Override
    public Optional<BlobContent> find(Digest digest) {
        return Optional.ofNullable(committed.get(digest)).map(Whole::new);
    }

    @Override
    public Optional<BlobContent> recall(Digest digest) {
        return find(digest);
    }

    @Override
    public IncomingBlob begin(Digest digest) {
        return new Incoming(digest, kept.remove(digest));
    }

    /// Puts a blob there as if it had been downloaded.
    public void add(Digest digest, byte[] bytes) {
        committed.put(digest, bytes.clone());
    }

    @Override
    public void condemn(Digest digest) {
        remove(digest);
    }

    public void remove(Digest digest) {
        committed.remove(digest);
    }

    /// Whether an unfinished download of this blob left something behind.
    public boolean hasKept(Digest digest) {
        return kept.containsKey(digest);
    }

    private static final class Growing {
        private byte[] bytes = new byte[1 << 10];
        private int length;

        synchronized void write(ByteBuffer source, long position) {
            int end = (int) position + source.remaining();
            if (end > bytes.length) {
                bytes = Arrays.copyOf(bytes, Math.max(end, bytes.length * 2));
            }
            source.get(bytes, (int) position, source.remaining());
            length = Math.max(length, end);
        }

        synchronized int read(ByteBuffer target, long position) {
            int count = Math.min(target.remaining(), bytes.length - (int) position);
            target.put(bytes, (int) position, count);
            return count;
        }

        synchronized byte[] copy(int size) throws IOException {
            if (size > length) {
                throw new IOException("there are " + length + " bytes, not " + size);
            }
            return Arrays.copyOf(bytes, size);
        }
    }

    private final class Incoming implements IncomingBlob {
        private final Digest digest;
        private final Optional<Remainder> remainder;
        private final Growing bytes;
        private volatile boolean isCommitted;
        private volatile boolean isDone;

        Incoming(Digest digest, @Nullable Kept before) {
            this.digest = digest;
            this.remainder = Optional.ofNullable(before).map(Kept::remainder);
            this.bytes = before == null ? new Growing() : before.bytes();
        }

        @Override
        public Optional<Remainder> remainder() {
            return remainder;
        }

        @Override
        public void reserve(long size) {}

        @Override
        public void write(long position, ByteBuffer... pieces) throws IOException {
            failIfDone();
            long next = position;
            for (ByteBuffer piece : pieces) {
                int count = piece.remaining();
                bytes.write(piece, next);
                next += count;
            }
        }

        @Override
        public BlobReader open() {
            return new BlobReader() {
                @Override
                public int read(ByteBuffer target, long position) {
                    return bytes.read(target, position);
                }

                @Override
                public Optional<FileChannel> file() {
                    return Optional.empty();
                }

                @Override
                public void close() {}
            };
        }

        @Override
        public void commit(long size, Duration refetchTime) throws IOException {
            failIfDone();
            committed.put(digest, bytes.copy(Math.toIntExact(size)));
            kept.remove(digest);
            isCommitted = true;
            isDone = true;
        }

        @Override
        public void keep(Remainder left) throws IOException {
            if (isCommitted) {
                return;
            }
            failIfDone();
            if (left.spans().length() == 0) {
                kept.remove(digest);
            } else {
                kept.put(digest, new Kept(left, bytes));
            }
        }

        @Override
        public void close() {
            isDone = true;
        }

        private void failIfDone() throws IOException {
            if (isDone) {
                throw new IOException(digest + " is not being filled any more");
            }
        }
    }

    private record Whole(ByteBuffer bytes) implements BlobContent {
        Whole(byte[] bytes) {
            this(ByteBuffer.wrap(bytes));
        }

        @Override
        public long awaitSize() {
            return bytes.limit();
        }

        @Override
        public long awaitReadable(long position) {
            return bytes.limit();
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            int count = Math.min(target.remaining(), bytes.limit() - (int) position);
            if (count <= 0) {
                throw new IOException("nothing at " + position);
            }
            target.put(bytes.slice((int) position, count));
            return count;
        }

        @Override
        public Optional<FileChannel> file() {
            return Optional.empty();
        }

        @Override
        public void close() {}
    }
}
