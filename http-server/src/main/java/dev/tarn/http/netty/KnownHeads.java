package dev.tarn.http.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/// Request heads that came before, and what they were understood to mean. Clients send the same
/// head, byte for byte, each time they want the same thing, so the hot ones need not be parsed
/// again. One table for all event loops; a head that falls on the place of another one takes it.
final class KnownHeads {

    private static final int PLACE_BITS = 10;

    /// Longer heads are parsed each time, so that the table takes a few megabytes at most.
    private static final int LENGTH_MAX = 1 << 10;

    private record Known(ByteBuf bytes, Head.Sound head, int edition) {}

    private final AtomicReferenceArray<@Nullable Known> places =
            new AtomicReferenceArray<>(1 << PLACE_BITS);

    private final AtomicInteger edition = new AtomicInteger();

    /// Changes with what heads mean.
    int edition() {
        return edition.get();
    }

    /// From here on heads may mean something else.
    void forget() {
        edition.incrementAndGet();
    }

    /// What these bytes mean, all of them together; null where nobody has said.
    Head.@Nullable Sound find(ByteBuf bytes) {
        if (bytes.readableBytes() > LENGTH_MAX) {
            return null;
        }
        Known known = places.get(place(bytes));
        return known != null
                        && known.edition() == edition.get()
                        && ByteBufUtil.equals(known.bytes(), bytes)
                ? known.head()
                : null;
    }

    /// @param understoodIn the edition before these bytes were looked into
    void remember(byte[] bytes, Head.Sound head, int understoodIn) {
        if (bytes.length <= LENGTH_MAX) {
            ByteBuf key = Unpooled.wrappedBuffer(bytes);
            places.set(place(key), new Known(key, head, understoodIn));
        }
    }

    /// Whoever makes heads that share a place only makes them slow.
    private static int place(ByteBuf bytes) {
        long hash = bytes.readableBytes();
        int i = bytes.readerIndex();
        for (; i + Long.BYTES <= bytes.writerIndex(); i += Long.BYTES) {
            hash = mixed(hash ^ bytes.getLong(i));
        }
        for (; i < bytes.writerIndex(); i++) {
            hash = mixed(hash ^ bytes.getByte(i));
        }
        return (int) (hash >>> (Long.SIZE - PLACE_BITS));
    }

    private static long mixed(long value) {
        long product = value * 0x9e3779b97f4a7c15L; // 2^64 divided by the golden ratio
        return product ^ (product >>> 32);
    }
}
