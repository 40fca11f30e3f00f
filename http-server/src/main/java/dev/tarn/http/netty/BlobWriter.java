package dev.tarn.http.netty;

import dev.tarn.http.Delivery;
import dev.tarn.http.ErrorResponse;
import dev.tarn.http.Response;
import dev.tarn.http.Response.Body;
import dev.tarn.oci.RegistryException;
import dev.tarn.oci.RegistryException.StoreFailed;
import dev.tarn.oci.RegistryException.UpstreamFailed;
import dev.tarn.pull.BlobContent;
import dev.tarn.pull.PullListener.End;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelProgressiveFuture;
import io.netty.channel.ChannelProgressiveFutureListener;
import io.netty.channel.ChannelProgressivePromise;
import io.netty.handler.ssl.SslHandler;
import java.io.EOFException;
import java.io.IOException;
import java.io.Serial;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Sends what is still coming, a blob or a stream, or the rest of one whose file turned out to be
/// damaged; one writer per answer. Runs on the virtual thread of the request, which waits for each
/// piece to leave before it takes the next: a slow client costs a socket buffer, never heap, and
/// does not hold an event loop.
final class BlobWriter {

    /// What is held back while it is in doubt whether the bytes before it were right.
    private static final int HELD_BACK_BYTES = 16 << 10;

    private static final Logger LOG = LoggerFactory.getLogger(BlobWriter.class);

    private final Channel channel;
    private final Answers answers;
    private final Response response;
    private final Delivery delivery;
    private final Patience patience;
    private final Deadline deadline;
    private final boolean isEncrypted;
    private final Headroom headroom;

    /// Something to look at: a piece has left, or time has passed. To wait for a piece by its own
    /// means and by the clock would cost two more switches of threads each.
    private final Semaphore news = new Semaphore(0);

    private boolean isWatched;
    private boolean isBegun;
    private boolean isDamaged;
    private long alreadySentBytes;
    private long sentBytes;
    private long waitedNanos;

    /// @param deadline the connection's; nobody else sets it while there is an answer to write
    BlobWriter(
            Channel channel,
            Limits limits,
            Answers answers,
            Deadline deadline,
            Response response,
            Delivery delivery) {
        this.channel = channel;
        this.answers = answers;
        this.response = response;
        this.delivery = delivery;
        this.patience = new Patience(limits);
        this.deadline = deadline;
        this.isEncrypted = channel.pipeline().get(SslHandler.class) != null;
        this.headroom = new Headroom(channel, answers);
    }

    /// Goes on behind what others have sent, until the content could not be read.
    ///
    /// @param position the first byte of the blob that has not been sent
    /// @param hasHead whether the head has been sent
    BlobWriter behind(long position, boolean hasHead) {
        if (response.body() instanceof Body.Blob blob) {
            alreadySentBytes = position - blob.part().start();
        }
        isBegun = hasHead;
        isDamaged = true;
        return this;
    }

    /// Writes all of an answer, or the rest of it, and closes it; whether it has left whole. Where
    /// it has not, the connection is closed: fewer bytes than `Content-Length` is the only honest
    /// signal left.
    ///
    /// @param ending the last header lines and the empty line behind them
    boolean write(byte[] ending) throws InterruptedException {
        End end = End.BROKEN;
        boolean isAnswered = false;
        if (!isDamaged) {
            response.listener().begun(delivery);
        }
        try (response) {
            switch (response.body()) {
                case Body.Blob blob -> writeBody(blob, ending);
                case Body.Stream stream -> writeStream(stream, ending);
                case Body.Empty _, Body.Bytes _ -> writePiece(head(response, ending), 0);
            }
            end = End.WHOLE;
        } catch (ClientLeft e) {
            LOG.debug("a client left", e);
            end = End.LEFT;
        } catch (RegistryException e) {
            LOG.warn("an answer broke off after {} bytes", sentBytes(), e);
            delivery.failed(e);
            isAnswered = !isBegun && fail(e, ending);
        } catch (IOException e) {
            LOG.warn("an answer broke off after {} bytes", sentBytes(), e);
            delivery.failed(new StoreFailed("what is stored cannot be read", e));
        } catch (InterruptedException e) {
            end = End.LEFT;
            throw e;
        } finally {
            if (end != End.WHOLE && !isAnswered) {
                var _ = channel.close();
            }
            headroom.narrow();
            delivery.waitedForClient(waitedNanos);
            response.listener().ended(delivery, end);
        }
        return end == End.WHOLE || isAnswered;
    }

    private long sentBytes() {
        return alreadySentBytes + sentBytes;
    }

    /// While nothing has left, a failure can still be told by a status.
    private boolean fail(RegistryException failure, byte[] ending) {
        try (Response answer = ErrorResponse.of(failure)) {
            delivery.answeredInstead(answer.status());
            ByteBuf head = head(answer, ending);
            writePiece(
                    answer.body() instanceof Body.Bytes(ByteBuffer bytes)
                            ? Unpooled.wrappedBuffer(head, Unpooled.wrappedBuffer(bytes))
                            : head,
                    0);
            return true;
        } catch (ClientLeft e) {
            LOG.debug("a client left", e);
            return false;
        }
    }

    private ByteBuf head(Response response, byte[] ending) {
        delivery.begin();
        return Unpooled.wrappedBuffer(response.head().encoded(), ending);
    }

    private void writeBody(Body.Blob blob, byte[] ending) throws IOException, InterruptedException {
        long end = blob.part().end();
        long position = blob.part().start() + alreadySentBytes;
        try (Salvage salvage = new Salvage(blob)) {
            if (isDamaged) {
                salvage.replace(position, new IOException("its file is damaged"));
            }
            while (position < end) {
                if (Thread.interrupted()) {
                    throw new InterruptedException("the client left");
                }
                Object piece;
                int length;
                try {
                    if (salvage.hasDoubts() && end - position <= HELD_BACK_BYTES) {
                        settle(salvage);
                    }
                    long limit = salvage.hasDoubts() ? end - HELD_BACK_BYTES : end;
                    long readable = salvage.content().awaitReadable(position);
                    length = pieceLength(Math.min(readable, limit) - position, salvage);
                    piece = piece(salvage, position, length);
                } catch (IOException e) {
                    salvage.replace(position, e);
                    continue;
                }
                if (!isBegun) {
                    isBegun = true;
                    var _ = channel.write(head(response, ending));
                }
                writePiece(piece, length);
                position += length;
                sentBytes += length;
                delivery.sent(sentBytes());
            }
        }
    }

    private void writeStream(Body.Stream stream, byte[] ending)
            throws IOException, InterruptedException {
        isBegun = true;
        writePiece(head(response, ending), 0);
        for (Optional<ByteBuffer> chunk = stream.chunks().next();
                chunk.isPresent();
                chunk = stream.chunks().next()) {
            int length = chunk.get().remaining();
            writePiece(Unpooled.wrappedBuffer(chunk.get()), length);
            sentBytes += length;
            delivery.sent(sentBytes());
        }
    }

    /// Before the last bytes go, what went before them must have been right.
    private static void settle(Salvage salvage) throws IOException, InterruptedException {
        if (!salvage.isRight()) {
            throw new UpstreamFailed(
                    UpstreamFailed.Kind.CUT_OFF, "what was sent of a damaged file was wrong");
        }
    }

    private int pieceLength(long most, Salvage salvage) {
        boolean isInFile = isFromFile(salvage);
        return (int) Math.min(most, isInFile ? headroom.regionBytesMax() : answers.pieceBytesMax());
    }

    private boolean isFromFile(Salvage salvage) {
        return !isEncrypted && !salvage.isOther() && salvage.content().file().isPresent();
    }

    private Object piece(Salvage salvage, long position, int length) throws IOException {
        if (!isFromFile(salvage)) {
            return buffer(salvage.content(), position, length);
        }
        BlobContent content = salvage.content();
        if (content.fileLength() < position + length) {
            throw new EOFException("the file is shorter than its blob");
        }
        return new Sending.SharedFileRegion(content.file().orElseThrow(), position, length);
    }

    /// Waits as long as the client goes on taking bytes. The piece is done with when this returns
    /// or throws: what it is sent from may be closed. One that has left counts, though the client
    /// should have left right behind it: who waits is not interrupted, since the end of the
    /// connection ends the piece as well.
    private void writePiece(Object piece, int length) throws ClientLeft {
        AtomicLong progress = new AtomicLong();
        ChannelProgressivePromise left = channel.newProgressivePromise();
        left.addListener(new Progress(progress, news));
        news.drainPermits(); // of pieces that nobody had to wait for
        long start = System.nanoTime();
        var _ = channel.writeAndFlush(piece, left);
        try {
            boolean isOver = false;
            while (!isOver && !left.isDone()) {
                watch();
                news.acquireUninterruptibly();
                isOver =
                        !left.isDone()
                                && patience.isOver(
                                        sentBytes + Math.max(progress.get(), takenOf(length)),
                                        waitedNanos + System.nanoTime() - start);
            }
        } finally {
            if (!left.isDone()) {
                var _ = channel.close();
                var _ = left.awaitUninterruptibly();
            }
        }
        long nanos = System.nanoTime() - start;
        waitedNanos += nanos;
        if (!left.isSuccess()) {
            throw new ClientLeft(left.cause());
        }
        if (piece instanceof Sending.SharedFileRegion) {
            headroom.left(length, nanos);
        }
        if (patience.isOver(sentBytes + length, waitedNanos)) {
            throw new ClientLeft(null);
        }
    }

    /// Has the clock looked at until the answer is over.
    private void watch() {
        if (!isWatched) {
            isWatched = true;
            channel.eventLoop().execute(this::setDeadline);
        }
    }

    private void setDeadline() {
        deadline.set(
                patience.lookTime(),
                () -> {
                    news.release();
                    setDeadline();
                });
    }

    /// How much of a piece has left at least. TLS tells of no progress, but what has been encrypted
    /// waits in the outbound buffer; of a file nothing does.
    private long takenOf(int length) {
        ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
        return buffer == null || !isEncrypted
                ? 0
                : Math.max(0, length - buffer.totalPendingWriteBytes());
    }

    private ByteBuf buffer(BlobContent content, long position, int length) throws IOException {
        ByteBuf buffer = channel.alloc().directBuffer(length);
        boolean isFilled = false;
        try {
            Salvage.fill(buffer.nioBuffer(0, length), content, position);
            isFilled = true;
            return buffer.writerIndex(length);
        } finally {
            if (!isFilled) {
                buffer.release();
            }
        }
    }

    private record Progress(AtomicLong bytes, Semaphore news)
            implements ChannelProgressiveFutureListener {
        @Override
        public void operationProgressed(
                ChannelProgressiveFuture future, long progress, long total) {
            bytes.set(progress);
        }

        @Override
        public void operationComplete(ChannelProgressiveFuture future) {
            news.release();
        }
    }

    /// The client closed the connection, or took no bytes for too long.
    private static final class ClientLeft extends IOException {
        @Serial private static final long serialVersionUID = 1L;

        ClientLeft(@Nullable Throwable cause) {
            super("the client left", cause);
        }
    }
}
