package dev.tarn.http.netty;

import io.netty.channel.Channel;

/// How far the system may run ahead of one client with a file: further where the client waits for
/// the server, and not the server for it. For one answer, and for one thread at a time.
final class Headroom {

    private static final int REGION_BYTES_MAX = 1 << 20;

    /// The same for a client that takes `FAST_BYTES_PER_MICRO`.
    private static final int FAST_REGION_BYTES_MAX = 4 << 20;

    private static final long FAST_BYTES_PER_MICRO = 100;

    private final Channel channel;
    private final Answers answers;
    private boolean isWide;

    Headroom(Channel channel, Answers answers) {
        this.channel = channel;
        this.answers = answers;
    }

    /// The most that one piece of a file holds.
    int regionBytesMax() {
        return isWide ? FAST_REGION_BYTES_MAX : REGION_BYTES_MAX;
    }

    /// A piece of a file has left. One that the system takes in at once tells nothing of the
    /// client.
    ///
    /// @param nanos for how long that was waited for
    void left(long bytes, long nanos) {
        if (bytes <= Transport.UNSENT_BYTES_MAX) {
            return;
        }
        if (nanos / 1_000 * FAST_BYTES_PER_MICRO < bytes) {
            widen();
        } else {
            narrow();
        }
    }

    private void widen() {
        if (!isWide && answers.hurries()) {
            isWide = true;
            onLoop(() -> Transport.deepen(channel));
        }
    }

    /// As at first; also due at the end of the answer.
    void narrow() {
        if (isWide) {
            isWide = false;
            answers.calmed();
            onLoop(() -> Transport.flatten(channel));
        }
    }

    /// Where nobody closes the connection in between, and another one gets its descriptor.
    private void onLoop(Runnable change) {
        if (channel.isOpen()) {
            channel.eventLoop().execute(change);
        }
    }
}
