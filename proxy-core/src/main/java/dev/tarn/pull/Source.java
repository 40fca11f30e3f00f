package dev.tarn.pull;

import dev.tarn.oci.ByteRange;
import java.nio.ByteBuffer;
import java.util.OptionalLong;

/// Whatever can supply a range of one blob: an upstream, and later its fallback, a peer, an object
/// store. A download does not know which. Any thread may fetch; several do at once.
public interface Source {

    /// Asks for a range and waits for the head of the answer. The answer may hold another part than
    /// the one asked for: everything, where the source does not know ranges, or nothing but the
    /// size, where the range starts behind the end.
    Fetch fetch(ByteRange range) throws InterruptedException;

    /// An answer whose body is on its way. One thread reads; any thread may close it, which makes
    /// the reading thread's `next` fail.
    interface Fetch extends AutoCloseable {

        /// The position of the first byte of the body.
        long start();

        /// The end of the body, exclusive; empty where it is only known once it is reached.
        OptionalLong end();

        /// The size of the whole blob; empty where it is only known once the body has ended.
        OptionalLong size();

        /// Waits for more of the body and hands it to `sink`; false once the body has ended as
        /// announced. A body that breaks off, stalls or goes on too long is a failure, never an
        /// end.
        boolean next(Sink sink) throws InterruptedException;

        @Override
        void close();
    }

    /// Takes bytes in the order in which they arrive. The buffers are the sink's only during the
    /// call.
    @FunctionalInterface
    interface Sink {
        void accept(ByteBuffer... pieces);
    }

    /// How many bytes there are in all of the pieces.
    static int bytesIn(ByteBuffer... pieces) {
        int bytes = 0;
        for (ByteBuffer piece : pieces) {
            bytes += piece.remaining();
        }
        return bytes;
    }
}
