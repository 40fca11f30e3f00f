package dev.tarn.http.netty;

import io.netty.channel.Channel;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/// Closes a connection in such a way that a client which is still sending can read why (RFC 9112
/// §9.6): a plain close would answer its bytes with a reset, which may overtake our answer. What
/// the client sends meanwhile is for others to throw away. Runs on the event loop.
final class Lingering {

    private Lingering() {}

    static void close(Channel channel, Duration most) {
        if (channel instanceof DuplexChannel duplex
                && channel.pipeline().get(SslHandler.class) == null) {
            var _ = duplex.shutdownOutput();
            Runnable cut =
                    () -> {
                        var _ = channel.close();
                    };
            var _ = channel.eventLoop().schedule(cut, most.toNanos(), TimeUnit.NANOSECONDS);
        } else {
            var _ = channel.close();
        }
    }
}
