package dev.tarn.storage;

import dev.tarn.oci.Digest;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.ReentrantLock;

/// One at a time per digest: whoever puts a blob in its place, checks it or takes it away has its
/// turn. Holds a lock only for the digests that are being worked on.
final class Turns {

    /// Held by one thread, until that closes it.
    @FunctionalInterface
    interface Turn extends AutoCloseable {
        @Override
        void close();
    }

    private static final class Line {
        final ReentrantLock lock = new ReentrantLock();
        int length;
    }

    private final ConcurrentMap<Digest, Line> lines = new ConcurrentHashMap<>();

    Turn await(Digest digest) {
        Line line =
                lines.compute(
                        digest,
                        (_, found) -> {
                            Line joined = found == null ? new Line() : found;
                            joined.length++;
                            return joined;
                        });
        line.lock.lock();
        return () -> leave(digest, line);
    }

    /// A turn where nobody else has one or waits for one.
    Optional<Turn> attempt(Digest digest) {
        Line line = new Line();
        line.length = 1;
        line.lock.lock(); // before anybody can see it
        if (lines.putIfAbsent(digest, line) != null) {
            line.lock.unlock();
            return Optional.empty();
        }
        return Optional.of(() -> leave(digest, line));
    }

    private void leave(Digest digest, Line line) {
        line.lock.unlock();
        lines.computeIfPresent(digest, (_, found) -> --found.length == 0 ? null : found);
    }
}
