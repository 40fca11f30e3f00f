package dev.tarn.http.netty;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/// Sends a client away at once, because there are too many connections, of all or of this one:
/// containerd goes on to the next host then. Under TLS there is no answer. Runs on the event loop.
final class Overload extends ChannelInboundHandlerAdapter {

    private static final String BODY =
            "{\"errors\":[{\"code\":\"TOOMANYREQUESTS\",\"message\":\"too many requests\","
                    + "\"detail\":\"the mirror has all the connections it can serve,"
                    + " or all it serves to one client\"}]}";

    private static final byte[] ANSWER =
            """
            HTTP/1.1 503 Service Unavailable\r
            Retry-After: 1\r
            Docker-Distribution-Api-Version: registry/2.0\r
            Content-Type: application/json\r
            Content-Length: %d\r
            Connection: close\r
            \r
            %s\
            """
                    .formatted(BODY.length(), BODY)
                    .getBytes(StandardCharsets.US_ASCII);

    private final Duration lingerTime;
    private final boolean isEncrypted;

    Overload(Duration lingerTime, boolean isEncrypted) {
        this.lingerTime = lingerTime;
        this.isEncrypted = isEncrypted;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        if (isEncrypted) {
            // a handshake would cost more than the answer is worth
            var _ = ctx.close();
            return;
        }
        var _ = ctx.writeAndFlush(Unpooled.wrappedBuffer(ANSWER));
        Lingering.close(ctx.channel(), lingerTime);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ReferenceCountUtil.release(message);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        var _ = ctx.close();
    }
}
