package dev.tarn.upstream;

import dev.tarn.oci.RegistryException.UpstreamFailed;
import dev.tarn.oci.RegistryException.UpstreamFailed.Kind;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// One connection to an upstream, HTTP/1.1, one request at a time. An event loop puts what arrives
/// into a queue; a virtual thread takes it out, and waits where there is nothing. The event loop
/// stops to read from the socket while the queue is full, so a slow reader is a closed TCP window.
final class Connection implements AutoCloseable {

    private static final String NETWORK_CLOSED = "was left: the network is closed";

    /// How long a reader waits for a batch to become whole, where something is here.
    private static final int BATCH_MILLIS = 5;

    private final Origin origin;
    private final Budgets budgets;
    private final Lock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Arrivals arrivals = new Arrivals();
    private @Nullable Channel channel;
    private @Nullable UpstreamFailed failure;
    private boolean isFull;
    private boolean isBusy;
    private boolean isAwaited;
    private long silentAtNanos;
    private boolean isWatched;
    private boolean hasAnswered;
    private boolean hasEnded;
    private boolean isEndTold;
    private boolean isFlushComing;
    private long takenBeforeFlush;
    private boolean isKeptAlive;

    Connection(Origin origin, Budgets budgets) {
        this.origin = origin;
        this.budgets = budgets;
    }

    Origin origin() {
        return origin;
    }

    Budgets budgets() {
        return budgets;
    }

    /// The last handler of the channel's pipeline.
    ChannelHandler handler() {
        return new Inbound();
    }

    /// From now on this is a connection: the channel is connected, its TLS agreed on.
    void open(Channel channel) {
        channel.config().setAutoRead(false);
        lock.lock();
        try {
            this.channel = channel;
        } finally {
            lock.unlock();
        }
    }

    Channel channel() {
        if (channel == null) {
            throw new IllegalStateException("not open yet: " + origin);
        }
        return channel;
    }

    /// Sends a request and waits for the head of its answer. Informational answers are passed over.
    HttpResponse exchange(HttpRequest request) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            if (isBusy) {
                throw new IllegalStateException("the last answer was not read to its end");
            }
            isBusy = true;
            hasAnswered = false;
            hasEnded = false;
            isEndTold = false;
            arrivals.begin();
            channel()
                    .writeAndFlush(request)
                    .addListener(written -> {
                        if (!written.isSuccess()) {
                            fail(Kind.CUT_OFF, "took no request", written.cause());
                        }
                    });
            read();
        } finally {
            lock.unlock();
        }
        Object head = await(budgets.head());
        if (head instanceof HttpResponse response) {
            isKeptAlive = HttpUtil.isKeepAlive(response);
            return response;
        }
        ReferenceCountUtil.release(head);
        throw fail(Kind.BAD_ANSWER, "sent a body without a head", null);
    }

    /// Waits for the next piece of the body, which is the caller's to release; null once it has
    /// ended.
    @Nullable ByteBuf next() throws InterruptedException {
        Object piece = await(budgets.silence());
        if (piece instanceof ByteBuf bytes) {
            return bytes;
        }
        lock.lock();
        try {
            isBusy = false;
        } finally {
            lock.unlock();
        }
        return null;
    }

    private Object await(Duration budget) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            if (!arrivals.isDue()) {
                isAwaited = true;
                silentAtNanos = System.nanoTime() + budget.toNanos();
                watchSilence(budget.toNanos());
            }
            while (!arrivals.isDue()) {
                if (failure != null) {
                    throw failure;
                }
                changed.await();
            }
            return take();
        } finally {
            isAwaited = false;
            lock.unlock();
        }
    }

    /// What is next in the queue, in which there is room again.
    private Object take() {
        Object taken = arrivals.take(channel().alloc());
        if (isFull && !arrivals.isFull()) {
            isFull = false;
            read();
        }
        flushLater();
        return taken;
    }

    private void read() {
        try {
            channel().read();
        } catch (RejectedExecutionException e) {
            var _ = fail(Kind.CUT_OFF, NETWORK_CLOSED, e);
        }
    }

    /// One timer for many waits: a wait with a limit of its own costs two more switches of threads.
    private void watchSilence(long nanos) {
        if (!isWatched) {
            try {
                var loop = channel().eventLoop();
                var _ = loop.schedule(this::endSilence, nanos, TimeUnit.NANOSECONDS);
                isWatched = true;
            } catch (RejectedExecutionException e) {
                var _ = fail(Kind.CUT_OFF, NETWORK_CLOSED, e);
            }
        }
    }

    private void endSilence() {
        lock.lock();
        try {
            isWatched = false;
            long nanosLeft = silentAtNanos - System.nanoTime();
            if (isAwaited && !arrivals.isDue() && nanosLeft <= 0) {
                String what = hasAnswered ? "sent nothing more of its answer" : "sent no answer";
                var _ = fail(Kind.SILENT, what + " in time", null);
            } else if (isAwaited) {
                watchSilence(Math.max(nanosLeft, 1));
            }
        } finally {
            lock.unlock();
        }
    }

    /// Sees that what waits for a whole batch does not wait for long.
    private void flushLater() {
        if (arrivals.isHeldBack() && !isFlushComing) {
            try {
                var loop = channel().eventLoop();
                var _ = loop.schedule(this::flush, BATCH_MILLIS, TimeUnit.MILLISECONDS);
                isFlushComing = true;
                takenBeforeFlush = arrivals.takenBytes();
            } catch (RejectedExecutionException e) {
                var _ = fail(Kind.CUT_OFF, NETWORK_CLOSED, e);
            }
        }
    }

    private void flush() {
        lock.lock();
        try {
            isFlushComing = false;
            if (arrivals.takenBytes() == takenBeforeFlush) {
                arrivals.hurry();
                changed.signalAll();
            } else {
                flushLater();
            }
        } finally {
            lock.unlock();
        }
    }

    /// Whether anything of the answer to the last request has arrived.
    boolean hasAnswered() {
        lock.lock();
        try {
            return hasAnswered;
        } finally {
            lock.unlock();
        }
    }

    /// Whether another request may be sent: the last answer was read to its end, no one hung up.
    boolean isReusable() {
        lock.lock();
        try {
            return failure == null && !isBusy && isKeptAlive && channel().isActive();
        } finally {
            lock.unlock();
        }
    }

    /// Watches an unused connection: whatever arrives now, also its end, closes it.
    void watch() {
        channel().read();
    }

    /// Ends the connection. The thread that waits on it, if any, wakes up and fails.
    @Override
    public void close() {
        var _ = fail(Kind.CUT_OFF, "was closed by us", null);
        lock.lock();
        try {
            arrivals.clear();
        } finally {
            lock.unlock();
        }
    }

    /// The first failure is the one that counts. What came before it is handed over first.
    private UpstreamFailed fail(Kind kind, String what, @Nullable Throwable cause) {
        lock.lock();
        try {
            if (failure == null) {
                failure = new UpstreamFailed(kind, origin.host() + " " + what, cause);
            }
            arrivals.cut();
            changed.signalAll();
            if (channel != null) {
                var _ = channel.close();
            }
            return failure;
        } finally {
            lock.unlock();
        }
    }

    /// Runs on the event loop.
    private final class Inbound extends ChannelInboundHandlerAdapter {
        private boolean isInformational;

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            lock.lock();
            try {
                if (failure != null || !(message instanceof HttpObject object)) {
                    return;
                }
                if (object.decoderResult().isFailure()) {
                    fail(Kind.BAD_ANSWER, "does not speak HTTP", object.decoderResult().cause());
                } else if (!isBusy || hasEnded) {
                    fail(Kind.BAD_ANSWER, "answered what was not asked", null);
                } else {
                    take(object);
                }
            } finally {
                lock.unlock();
                ReferenceCountUtil.release(message);
            }
        }

        private void take(HttpObject object) {
            hasAnswered = true;
            if (object instanceof HttpResponse response) {
                isInformational = response.status().codeClass() == HttpStatusClass.INFORMATIONAL;
                if (response.status().code() == 101) {
                    fail(Kind.BAD_ANSWER, "switched to another protocol", null);
                } else if (!isInformational) {
                    arrivals.add(response);
                }
            }
            if (object instanceof HttpContent content && !isInformational) {
                if (content.content().isReadable()) {
                    arrivals.add(content.content().retain());
                }
                hasEnded = content instanceof LastHttpContent;
            }
        }

        /// Only now is an answer over: had the same read brought more, nobody would have asked for
        /// it, and the next request must not take it for its answer.
        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            lock.lock();
            try {
                endIfWhole();
                isFull = arrivals.isFull();
                if (arrivals.settle()) {
                    changed.signalAll();
                }
                flushLater();
                if (!isFull && !hasEnded && failure == null) {
                    ctx.read();
                }
            } finally {
                lock.unlock();
            }
        }

        private void endIfWhole() {
            if (hasEnded && failure == null && !isEndTold) {
                isEndTold = true;
                arrivals.end();
                arrivals.settle();
                changed.signalAll();
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            lock.lock();
            try {
                endIfWhole();
            } finally {
                lock.unlock();
            }
            fail(Kind.CUT_OFF, "closed the connection", null);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            fail(Kind.CUT_OFF, "broke the connection", cause);
        }
    }
}
