package dev.tarn.pull;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;

/// What of a blob goes past the disk, because that does not take it: a window in memory, which
/// moves on with the slowest of those who need it. One thread at a time puts and frees; others read
/// meanwhile. Its memory is given back once all who opened it have closed it.
final class Passage implements AutoCloseable {

    /// What is in memory of one blob at most, but for the last piece.
    static final int WINDOW_BYTES = 4 << 20;

    /// A piece at most.
    static final int PIECE_BYTES = 64 << 10;

    private final Reservoir reservoir;
    private final AtomicInteger users = new AtomicInteger();
    private final ConcurrentSkipListMap<Long, byte[]> pieces = new ConcurrentSkipListMap<>();
    private volatile long firstPosition = Long.MAX_VALUE;
    private volatile long freedEnd;
    private long bytes;

    Passage(Reservoir reservoir) {
        this.reservoir = reservoir;
    }

    Passage open() {
        users.incrementAndGet();
        return this;
    }

    @Override
    public void close() {
        if (users.decrementAndGet() == 0) {
            reservoir.giveBack(bytes);
        }
    }

    boolean hasRoom() {
        return bytes == 0 || (bytes < WINDOW_BYTES && reservoir.hasRoom());
    }

    void put(long position, byte[] piece) {
        if (piece.length > 0 && pieces.put(position, piece) == null) {
            bytes += piece.length;
            reservoir.take(piece.length);
            firstPosition = Math.min(firstPosition, position);
        }
    }

    /// Forgets the pieces that end at `position` or before.
    void freeBefore(long position) {
        for (Map.Entry<Long, byte[]> first = pieces.firstEntry();
                first != null && first.getKey() + first.getValue().length <= position;
                first = pieces.firstEntry()) {
            freedEnd = first.getKey() + first.getValue().length;
            bytes -= first.getValue().length;
            reservoir.giveBack(first.getValue().length);
            pieces.remove(first.getKey());
        }
    }

    /// Whether some of what lies between has been here and is no more.
    boolean hasLost(long start, long end) {
        return start < freedEnd && end > firstPosition;
    }

    boolean has(long position) {
        Map.Entry<Long, byte[]> piece = pieces.floorEntry(position);
        return piece != null && position < piece.getKey() + piece.getValue().length;
    }

    /// Where the next piece begins behind `position`, or `otherwise` where none does.
    long nextAfter(long position, long otherwise) {
        if (position < firstPosition) {
            return Math.min(firstPosition, otherwise);
        }
        Long next = pieces.higherKey(position);
        return next == null ? otherwise : Math.min(next, otherwise);
    }

    int read(ByteBuffer target, long position) throws IOException {
        Map.Entry<Long, byte[]> piece = pieces.floorEntry(position);
        if (piece == null || position >= piece.getKey() + piece.getValue().length) {
            throw new IOException("byte " + position + " has gone past");
        }
        int offset = (int) (position - piece.getKey());
        int count = Math.min(target.remaining(), piece.getValue().length - offset);
        target.put(piece.getValue(), offset, count);
        return count;
    }
}
