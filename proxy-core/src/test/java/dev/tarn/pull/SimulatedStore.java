package dev.tarn.pull;

import dev.tarn.oci.Digest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/// A disk on which only what was synced outlasts a crash, and which fails now and then. All threads
/// of a simulation take turns, so nothing here is guarded.
final class SimulatedStore {

    /// What a crash leaves.
    private record Kept(IncomingBlob.Remainder remainder, ByteBuffer bytes) {}

    private final Random random;
    private int failuresPerMille;
    private final Map<Digest, byte[]> committed = new HashMap<>();
    private final Map<Digest, Kept> kept = new HashMap<>();
    int failures;
    boolean isFull;

    /// @param failuresPerMille of how many calls fail
    SimulatedStore(Random random, int failuresPerMille) {
        this.random = random;
        this.failuresPerMille = failuresPerMille;
    }

    /// From now on it does what a disk should.
    void heal() {
        failuresPerMille = 0;
    }

    Optional<byte[]> committed(Digest digest) {
        return Optional.ofNullable(committed.get(digest));
    }

    boolean hasKept(Digest digest) {
        return kept.containsKey(digest);
    }

    void evict(Digest digest) {
        committed.remove(digest);
    }

    private void failSometimes(boolean needsRoom) throws IOException {
        if (random.nextInt(1_000) < failuresPerMille || (needsRoom && isFull)) {
            failures++;
            throw new IOException("as the seed says");
        }
    }

    /// As one process sees it, until that is killed.
    final class Mounted implements BlobStore {
        private boolean isDead;

        void kill() {
            isDead = true;
        }

        private void failIfDead() throws IOException {
            if (isDead) {
                throw new IOException("killed");
            }
        }

        @Override
        public Optional<BlobContent> find(Digest digest) {
            return Optional.ofNullable(committed.get(digest))
                    .map(ByteBuffer::wrap)
                    .map(Content::new);
        }

        @Override
        public void condemn(Digest digest) {
            committed.remove(digest);
        }

        @Override
        public IncomingBlob begin(Digest digest) throws IOException {
            failIfDead();
            failSometimes(false);
            return new Incoming(digest, this);
        }
    }

    private final class Incoming implements IncomingBlob {
        private final Digest digest;
        private final Mounted mounted;
        private final Optional<Remainder> remainder;
        private byte[] bytes;
        private boolean isKept;
        private boolean isDone;

        Incoming(Digest digest, Mounted mounted) {
            this.digest = digest;
            this.mounted = mounted;
            Kept left = kept.get(digest);
            this.remainder = Optional.ofNullable(left).map(Kept::remainder);
            this.bytes = left == null ? new byte[1 << 10] : left.bytes().array().clone();
            this.isKept = left != null;
        }

        @Override
        public Optional<Remainder> remainder() {
            return remainder;
        }

        @Override
        public void reserve(long size) throws IOException {
            failSometimes(true);
        }

        @Override
        public void write(long position, ByteBuffer... pieces) throws IOException {
            mounted.failIfDead();
            failSometimes(true);
            int end = (int) position + Source.bytesIn(pieces);
            if (end > bytes.length) {
                bytes = Arrays.copyOf(bytes, Math.max(end, 2 * bytes.length));
            }
            for (ByteBuffer piece : pieces) {
                piece.get(bytes, end - Source.bytesIn(pieces), piece.remaining());
            }
        }

        @Override
        public BlobReader open() {
            return new Reader(this);
        }

        @Override
        public void commit(long size, Duration refetchTime) throws IOException {
            mounted.failIfDead();
            failSometimes(true);
            committed.put(digest, Arrays.copyOf(bytes, (int) size));
            kept.remove(digest);
            isDone = true;
        }

        /// What was not synced is anything after a crash.
        @Override
        public void keep(Remainder left) throws IOException {
            mounted.failIfDead();
            kept.remove(digest);
            isKept = false;
            failSometimes(false);
            if (left.spans().length() > 0) {
                byte[] synced = new byte[Math.max(bytes.length, (int) left.size())];
                random.nextBytes(synced);
                Spans spans = Spans.of(left.spans().toList());
                for (Spans.Span span : spans.toList()) {
                    int length = (int) span.length();
                    System.arraycopy(bytes, (int) span.start(), synced, (int) span.start(), length);
                }
                kept.put(
                        digest,
                        new Kept(new Remainder(left.size(), spans), ByteBuffer.wrap(synced)));
                isKept = true;
            }
        }

        @Override
        public void close() {
            if (!isDone && !isKept && !mounted.isDead) {
                kept.remove(digest);
            }
            isDone = true;
        }
    }

    private record Reader(Incoming incoming) implements BlobReader {
        @Override
        public int read(ByteBuffer target, long position) {
            int count = Math.min(target.remaining(), incoming.bytes.length - (int) position);
            target.put(incoming.bytes, (int) position, count);
            return count;
        }

        @Override
        public Optional<FileChannel> file() {
            return Optional.empty();
        }

        @Override
        public void close() {}
    }

    private record Content(ByteBuffer bytes) implements BlobContent {
        @Override
        public long awaitSize() {
            return bytes.limit();
        }

        @Override
        public long awaitReadable(long position) {
            return bytes.limit();
        }

        @Override
        public int read(ByteBuffer target, long position) {
            int count = Math.min(target.remaining(), bytes.limit() - (int) position);
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
