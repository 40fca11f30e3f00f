package dev.tarn.http;

import java.io.Serial;
import java.nio.ByteBuffer;

/// What follows the head of a request. Nothing of it is taken before somebody wants it, so that one
/// whom nobody listens to costs no memory.
@FunctionalInterface
public interface RequestBody {

    RequestBody NONE = _ -> ByteBuffer.allocate(0);

    /// All of it, once it is here. Called on the request's own thread.
    ///
    /// @param bytesMax the most that it may have
    /// @throws Refused where it has more, does not say how much, or does not come in time
    ByteBuffer await(int bytesMax) throws Refused, InterruptedException;

    /// A body that is not taken, and how to say so.
    final class Refused extends Exception {

        @Serial private static final long serialVersionUID = 1L;

        private final int status;

        public Refused(int status, String why) {
            super(why);
            this.status = status;
        }

        public int status() {
            return status;
        }
    }
}
