package dev.tarn.pull;

import dev.tarn.oci.Digest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.concurrent.locks.ReentrantLock;

/// The running hash of a blob from its first byte on. A worker that has just written the bytes
/// which come next hashes them while they are hot; what was written out of order is read back from
/// the file by the hasher. Who is not next, or finds another at it, leaves his bytes to the hasher.
final class PrefixHash {

    private static final int BUFFER_BYTES = 64 << 10;

    private final Digest.Algorithm algorithm;
    private final MessageDigest hash;
    private final ReentrantLock turn = new ReentrantLock();
    private volatile long position;

    PrefixHash(Digest.Algorithm algorithm) {
        this.algorithm = algorithm;
        this.hash = algorithm.newHash();
    }

    /// The end of what has been hashed.
    long position() {
        return position;
    }

    /// Takes bytes that are in the file at `start`, where they are next.
    void update(ByteBuffer bytes, long start) {
        if (start != position || !turn.tryLock()) {
            return;
        }
        try {
            if (start == position) {
                int count = bytes.remaining();
                hash.update(bytes);
                position = start + count;
            }
        } finally {
            turn.unlock();
        }
    }

    /// Reads on in the file up to `end`.
    void readOn(BlobReader file, long end) throws IOException {
        turn.lock();
        try {
            ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
            for (long next = position; next < end; next = position) {
                buffer.clear().limit((int) Math.min(buffer.capacity(), end - next));
                int count = file.read(buffer, next);
                hash.update(buffer.flip());
                position = next + count;
            }
        } finally {
            turn.unlock();
        }
    }

    /// The digest of all that has been hashed. Asked once.
    Digest digest() {
        turn.lock();
        try {
            return Digest.of(algorithm, hash);
        } finally {
            turn.unlock();
        }
    }
}
