package dev.tarn.http.netty;

import dev.tarn.http.Response;
import dev.tarn.http.Response.Body;
import dev.tarn.http.Response.Sent;
import dev.tarn.oci.ContentRange;
import dev.tarn.oci.RegistryException;
import dev.tarn.pull.BlobContent;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelProgressiveFuture;
import io.netty.channel.ChannelProgressiveFutureListener;
import io.netty.channel.ChannelProgressivePromise;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.io.Serial;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Sends a blob whose bytes are still coming; one writer per answer. Runs on the virtual thread of
/// the request, which waits for each piece to leave before it takes the next: a slow client costs a
/// socket buffer, never heap, and does not hold an event loop.
final class BlobWriter {

    /// The most that one piece holds where the bytes go through memory.
    private static final int BUFFER_BYTES_MAX = 256 << 10;

    private static final Logger LOG = LoggerFactory.getLogger(BlobWriter.class);

    private final Channel channel;
    private final Duration idleTime;
    private long sentBytes;

    /// @param idleTime how long a client may take no bytes
    BlobWriter(Channel channel, Duration idleTime) {
        this.channel = channel;
        this.idleTime = idleTime;
    }

    /// Writes all of an answer, and closes it; whether it has left whole. Where it has not, the
    /// connection is closed: fewer bytes than `Content-Length` is the only honest signal left.
    ///
    /// @param ending the last header lines and the empty line behind them
    boolean write(Response response, byte[] ending) throws InterruptedException {
        boolean isComplete = false;
        try (response) {
            var _ = channel.write(Unpooled.wrappedBuffer(response.head().encoded(), ending));
            if (response.body() instanceof Body.Blob(BlobContent content, ContentRange part)) {
                write(content, part);
            }
            isComplete = true;
        } catch (ClientLeft e) {
            LOG.debug("a client left", e);
        } catch (IOException | RegistryException e) {
            LOG.warn("an answer broke off after {} bytes", sentBytes, e);
        } finally {
            if (!isComplete) {
                var _ = channel.close();
            }
            response.whenSent().accept(new Sent(sentBytes, isComplete));
        }
        return isComplete;
    }

    private void write(BlobContent content, ContentRange part)
            throws IOException, InterruptedException {
        Optional<FileChannel> file = isEncrypted() ? Optional.empty() : content.file();
        long lengthMax = file.isPresent() ? Sending.REGION_BYTES_MAX : BUFFER_BYTES_MAX;
        long position = part.start();
        while (position < part.end()) {
            long readable = Math.min(content.awaitReadable(position), part.end());
            long length = Math.min(readable - position, lengthMax);
            writePiece(
                    file.isPresent()
                            ? new Sending.SharedFileRegion(file.get(), position, length)
                            : buffer(content, position, (int) length));
            position += length;
            sentBytes += length;
        }
    }

    private void writePiece(Object piece) throws ClientLeft, InterruptedException {
        AtomicLong progress = new AtomicLong();
        ChannelProgressivePromise left = channel.newProgressivePromise();
        left.addListener(new Progress(progress));
        var _ = channel.writeAndFlush(piece, left);
        awaitLeft(left, progress);
    }

    /// Waits as long as the client goes on taking bytes. The piece is done with when this returns
    /// or throws: what it is sent from may be closed.
    private void awaitLeft(ChannelFuture left, AtomicLong progress)
            throws ClientLeft, InterruptedException {
        try {
            long before;
            do {
                before = progress.get();
            } while (!left.await(idleTime.toNanos(), TimeUnit.NANOSECONDS)
                    && progress.get() != before);
        } finally {
            if (!left.isDone()) {
                var _ = channel.close();
                var _ = left.awaitUninterruptibly();
            }
        }
        if (!left.isSuccess()) {
            throw new ClientLeft(left.cause());
        }
    }

    private static ByteBuf filled(ByteBuf buffer, BlobContent content, long position, int length)
            throws IOException {
        ByteBuffer target = buffer.nioBuffer(0, length);
        while (target.hasRemaining()) {
            var _ = content.read(target, position + target.position());
        }
        return buffer.writerIndex(length);
    }

    private ByteBuf buffer(BlobContent content, long position, int length) throws IOException {
        ByteBuf buffer = channel.alloc().directBuffer(length);
        boolean isFilled = false;
        try {
            ByteBuf filled = filled(buffer, content, position, length);
            isFilled = true;
            return filled;
        } finally {
            if (!isFilled) {
                buffer.release();
            }
        }
    }

    private boolean isEncrypted() {
        return channel.pipeline().get(SslHandler.class) != null;
    }

    private record Progress(AtomicLong bytes) implements ChannelProgressiveFutureListener {
        @Override
        public void operationProgressed(
                ChannelProgressiveFuture future, long progress, long total) {
            bytes.set(progress);
        }

        @Override
        public void operationComplete(ChannelProgressiveFuture future) {
            // whoever waits for the piece hears of that by itself
        }
    }

    /// The client closed the connection, or took no bytes for too long.
    private static final class ClientLeft extends IOException {
        @Serial private static final long serialVersionUID = 1L;

        ClientLeft(Throwable cause) {
            super("the client left", cause);
        }
    }
}
