package dev.tarn.http.netty;

import dev.tarn.http.Handler;
import dev.tarn.http.Response;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.util.ReferenceCountUtil;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One client's connection: one request at a time, each answered by a virtual thread of its own.
/// All of it runs on the event loop, but for `answer`, which is that thread.
final class Connection extends ChannelInboundHandlerAdapter {

    private static final Logger LOG = LoggerFactory.getLogger(Connection.class);

    private final Channel channel;
    private final HeadGate gate;
    private final Handler handler;
    private final Limits limits;
    private final RequestThreads threads;
    private @Nullable Thread answering;

    Connection(
            Channel channel,
            HeadGate gate,
            Handler handler,
            Limits limits,
            RequestThreads threads) {
        this.channel = channel;
        this.gate = gate;
        this.handler = handler;
        this.limits = limits;
        this.threads = threads;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof HttpRequest request) {
            begin(Head.of(request));
        }
        ReferenceCountUtil.release(message);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
        if (event instanceof HeadGate.Flaw flaw) {
            begin(
                    switch (flaw) {
                        case MALFORMED -> Head.refused(400, "this is not an HTTP request");
                        case TOO_MANY_HEADERS -> Head.refused(431, "there are too many headers");
                        case TOO_MANY_HEADS -> Head.busy();
                        case LATE -> Head.refused(408, "the request did not arrive in time");
                    });
        } else {
            super.userEventTriggered(ctx, event);
        }
    }

    /// The one place where work leaves the event loop.
    private void begin(Head head) {
        if (answering != null || !channel.isActive()) {
            return;
        }
        if (!isReusableAfter(head)) {
            gate.finish();
        }
        answering = threads.start(() -> answer(head));
    }

    private void answer(Head head) {
        boolean isComplete = false;
        boolean mayGoOn = isReusableAfter(head);
        try {
            Response response = head.answer(handler);
            mayGoOn &= !threads.isDraining();
            isComplete =
                    new ResponseWriter(channel, limits.idleTime())
                            .write(response, connectionHeader(head, mayGoOn));
        } catch (InterruptedException e) {
            LOG.debug("the client left before its answer was whole", e);
        } catch (RuntimeException e) {
            LOG.error("a bug: the connection is cut", e);
        } finally {
            boolean goesOn = isComplete && mayGoOn;
            boolean isRefused = isComplete && !isReusableAfter(head);
            channel.eventLoop().execute(() -> answered(goesOn, isRefused));
        }
    }

    private void answered(boolean goesOn, boolean isRefused) {
        answering = null;
        if (goesOn && !threads.isDraining()) {
            gate.open();
        } else if (isRefused) {
            Lingering.close(channel, limits.lingerTime());
        } else {
            var _ = channel.close();
        }
    }

    private static boolean isReusableAfter(Head head) {
        return head instanceof Head.Sound sound && sound.isPersistent();
    }

    private static Optional<String> connectionHeader(Head head, boolean mayGoOn) {
        if (!mayGoOn) {
            return Optional.of("close");
        }
        return head instanceof Head.Sound sound && sound.isHttp10()
                ? Optional.of("keep-alive")
                : Optional.empty();
    }

    /// The server stops: closes the connection now if it waits for a request, else after the
    /// answer.
    void closeWhenIdle() {
        channel.eventLoop()
                .execute(() -> {
                    if (answering == null) {
                        var _ = channel.close();
                    }
                });
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        if (answering != null) {
            answering.interrupt();
        }
        super.channelInactive(ctx);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        LOG.debug("a connection failed", cause);
        var _ = ctx.close();
    }
}
