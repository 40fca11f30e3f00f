package dev.tarn.http.netty;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.tarn.http.RequestBody;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/// The body of one request, which stays with the client until somebody waits for it. One that does
/// not say how long it is is not taken: chunks are what servers and proxies disagree about (RFC
/// 9112 §6.1). `await` runs on the thread of the request, all else on the event loop.
final class ArrivingBody implements RequestBody {

    private static final byte[] CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n".getBytes(US_ASCII);

    private final Channel channel;
    private final HeadGate gate;
    private final Deadline deadline;
    private final Duration time;

    /// Less than nothing where the request does not say.
    private final long length;

    private final boolean isContinueExpected;
    private final CompletableFuture<ByteBuffer> whole = new CompletableFuture<>();
    private @Nullable ByteBuffer bytes;

    /// @param time in which all of it must come
    ArrivingBody(
            HttpRequest head, Channel channel, HeadGate gate, Deadline deadline, Duration time) {
        this.channel = channel;
        this.gate = gate;
        this.deadline = deadline;
        this.time = time;
        this.length = isInChunks(head) ? -1 : HttpUtil.getContentLength(head, -1L);
        this.isContinueExpected = HttpUtil.is100ContinueExpected(head);
    }

    /// Whether there is anything behind this head that may be wanted.
    static boolean isBehind(HttpRequest head) {
        return head.decoderResult().isSuccess()
                && !Head.isRead(head)
                && (isInChunks(head) || HttpUtil.getContentLength(head, 0L) > 0);
    }

    private static boolean isInChunks(HttpRequest head) {
        return head.headers().contains(HttpHeaderNames.TRANSFER_ENCODING);
    }

    @Override
    public ByteBuffer await(int bytesMax) throws Refused, InterruptedException {
        if (length < 0) {
            throw new Refused(411, "a body says in Content-Length how long it is");
        }
        if (length > bytesMax) {
            throw new Refused(413, "a body has at most " + bytesMax + " bytes");
        }
        channel.eventLoop().execute(this::letIn);
        try {
            return whole.get().duplicate();
        } catch (ExecutionException e) {
            throw new Refused(408, "the body did not arrive in time");
        }
    }

    private void letIn() {
        if (bytes == null) {
            bytes = ByteBuffer.allocate((int) length);
            if (isContinueExpected) {
                var _ = channel.writeAndFlush(Unpooled.wrappedBuffer(CONTINUE));
            }
            deadline.set(
                    time,
                    () -> whole.completeExceptionally(new IllegalStateException("it is late")));
            gate.letIn(length);
        }
    }

    /// The next bytes of it.
    void add(ByteBuf part) {
        if (bytes != null && bytes.remaining() >= part.readableBytes()) {
            bytes.put(part.nioBuffer());
            if (!bytes.hasRemaining()) {
                deadline.clear();
                whole.complete(bytes.flip().asReadOnlyBuffer());
            }
        }
    }
}
