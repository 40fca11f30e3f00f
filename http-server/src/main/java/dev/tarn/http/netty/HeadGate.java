package dev.tarn.http.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/// Lets one request head through to the HTTP decoder, and the next one only once that is answered.
/// So pipelined requests are answered in order, what waits is about one read's worth of bytes, and
/// what follows a request that closes the connection is never looked at. All that a connection may
/// carry are heads, each up to an empty line; but for the body of a request that somebody wants,
/// and whose length is known.
///
/// Also the watch over a head: it must arrive in its time, and hold none of the bytes that servers
/// and proxies disagree about: control characters, and lines that continue the one before
/// (obs-fold, RFC 9112 §5.2). Runs on the event loop of its connection.
final class HeadGate extends ChannelInboundHandlerAdapter {

    /// Why a head is not let through to its end; told to the handlers behind as a user event.
    enum Flaw {
        MALFORMED,
        TOO_MANY_HEADERS,
        TOO_MANY_HEADS,
        LATE
    }

    private enum State {
        /// Lets the bytes of one head through.
        OPEN,
        /// A request is being answered: what arrives waits.
        SHUT,
        /// Lets the bytes of a body through.
        BODY,
        /// What arrives is thrown away.
        DONE
    }

    private final Limits limits;
    private final Semaphore unfinishedHeads;
    private final KnownHeads knownHeads;
    private final Deadline deadline;
    private final HeadScanner scanner;
    private final Runnable closing = this::closeConnection;
    private State state = State.OPEN;
    private boolean isFirst = true;
    private boolean isUnfinished;
    private boolean isPassingOn;
    private @Nullable ChannelHandlerContext context;
    private @Nullable ByteBuf waiting;
    private long bodyBytesLeft;

    /// The head that was let through, where it came in one piece and nobody has said what it means.
    private byte @Nullable [] unknownHead;

    private int unknownIn;

    /// @param unfinishedHeads one permit for each head of which only a part is here, over all
    ///   connections
    HeadGate(Limits limits, Semaphore unfinishedHeads, KnownHeads knownHeads, Deadline deadline) {
        this.limits = limits;
        this.unfinishedHeads = unfinishedHeads;
        this.knownHeads = knownHeads;
        this.deadline = deadline;
        this.scanner = new HeadScanner(limits.headerCount());
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        context = added;
    }

    /// The first head has no more time than the others, and less to wait for: who connects wants
    /// something. A client that has sent nothing at all when it is over is not answered either.
    @Override
    public void channelActive(ChannelHandlerContext ctx) throws Exception {
        boolean isShort = limits.headerTime().compareTo(limits.idleTime()) < 0;
        deadline.set(isShort ? limits.headerTime() : limits.idleTime(), closing);
        super.channelActive(ctx);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        finish();
        deadline.close();
        super.channelInactive(ctx);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        if (state == State.DONE) {
            bytes.release();
            return;
        }
        waiting =
                waiting == null
                        ? bytes
                        : ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(
                                ctx.alloc(), waiting, bytes);
        passOn();
    }

    /// The request that was let through has been answered: now the next.
    void open() {
        if (state == State.SHUT) {
            state = State.OPEN;
            awaitHead();
            if (!isPassingOn) {
                passOn();
            }
        }
    }

    /// Lets through so many bytes of the body of the request that is being answered.
    void letIn(long bodyBytes) {
        if (state == State.SHUT) {
            state = State.BODY;
            bodyBytesLeft = bodyBytes;
            passOn();
        }
    }

    /// What the head means that was let through last. The same bytes will mean the same again.
    void remember(Head.Sound head) {
        if (unknownHead != null) {
            knownHeads.remember(unknownHead, head, unknownIn);
            unknownHead = null;
        }
    }

    /// From here on, whatever arrives is thrown away.
    void finish() {
        state = State.DONE;
        endUnfinished();
        deadline.clear();
        if (waiting != null) {
            waiting.release();
            waiting = null;
        }
        context().channel().config().setAutoRead(true);
    }

    private void passOn() {
        isPassingOn = true;
        while ((state == State.OPEN || state == State.BODY) && waiting != null) {
            ByteBuf bytes = waiting;
            waiting = null;
            if (state == State.OPEN) {
                passOn(bytes);
            } else {
                passOnBody(bytes);
            }
        }
        isPassingOn = false;
        // While something waits its turn, the client need not send more.
        context().channel().config().setAutoRead(waiting == null);
    }

    private void passOn(ByteBuf bytes) {
        Head.Sound known = isUnfinished ? null : knownHeads.find(bytes);
        if (known == null) {
            scan(bytes);
        } else {
            bytes.release();
            shut();
            context().fireChannelRead(known); // which the decoder does not look at
        }
    }

    private void passOnBody(ByteBuf bytes) {
        int length = (int) Math.min(bodyBytesLeft, bytes.readableBytes());
        ByteBuf part = bytes.readRetainedSlice(length);
        if (bytes.isReadable()) {
            waiting = bytes;
        } else {
            bytes.release();
        }
        bodyBytesLeft -= length;
        if (bodyBytesLeft == 0) {
            state = State.SHUT;
        }
        context().fireChannelRead(part);
    }

    private void scan(ByteBuf bytes) {
        switch (scanner.scan(bytes)) {
            case HeadScanner.Flawed _ -> {
                bytes.release();
                refuse(Flaw.MALFORMED);
            }
            case HeadScanner.TooManyHeaders _ -> {
                bytes.release();
                refuse(Flaw.TOO_MANY_HEADERS);
            }
            case HeadScanner.Incomplete _ -> {
                if (!isUnfinished) {
                    if (!unfinishedHeads.tryAcquire()) {
                        bytes.release();
                        refuse(Flaw.TOO_MANY_HEADS);
                        return;
                    }
                    isUnfinished = true;
                    setHeadDeadline();
                }
                context().fireChannelRead(bytes);
            }
            case HeadScanner.Complete(int end) -> {
                unknownHead =
                        isUnfinished
                                ? null
                                : ByteBufUtil.getBytes(
                                        bytes, bytes.readerIndex(), end - bytes.readerIndex());
                unknownIn = knownHeads.edition();
                endUnfinished();
                shut();
                ByteBuf head = bytes.readRetainedSlice(end - bytes.readerIndex());
                if (bytes.isReadable()) {
                    waiting = bytes;
                } else {
                    bytes.release();
                }
                context().fireChannelRead(head);
            }
        }
    }

    private void setHeadDeadline() {
        Runnable late = () -> refuse(Flaw.LATE);
        if (isFirst) {
            deadline.replace(late);
        } else {
            deadline.set(limits.headerTime(), late);
        }
    }

    private void endUnfinished() {
        if (isUnfinished) {
            isUnfinished = false;
            unfinishedHeads.release();
        }
    }

    private void refuse(Flaw flaw) {
        finish();
        context().fireUserEventTriggered(flaw);
    }

    private void shut() {
        state = State.SHUT;
        isFirst = false;
        deadline.clear();
    }

    private void awaitHead() {
        deadline.set(limits.idleTime(), closing);
    }

    private void closeConnection() {
        var _ = context().close();
    }

    private ChannelHandlerContext context() {
        return Objects.requireNonNull(context);
    }
}
