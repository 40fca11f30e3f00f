package dev.tarn.http.netty;

import dev.tarn.http.Delivery;
import dev.tarn.http.Response;
import dev.tarn.http.Response.Body;
import dev.tarn.oci.ContentRange;
import dev.tarn.pull.BlobFile;
import dev.tarn.pull.PullListener;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.unix.Errors;
import io.netty.handler.ssl.SslHandler;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One answer whose bytes are all here, on its way to the client. A file goes out in pieces, each
/// once the one before it has left: by `sendfile` (2), or under TLS through a buffer. So a slow
/// client costs a socket buffer, and a fast one does not hold the event loop, on which all of this
/// runs. What is not in memory is read elsewhere first.
///
/// A piece that cannot be read ends the sending: the rest is for somebody who may wait. Netty
/// closes the connection when `sendfile` itself fails, so each piece is looked at before.
final class Sending implements ChannelFutureListener {

    /// How a sending ends.
    enum End {
        /// All has left; the response is closed.
        COMPLETE,
        /// The client has gone or is cut off; the response is closed.
        CUT,
        /// The file cannot be read at `position()`; the response is open, and whoever is told of
        /// the end goes on with it.
        DAMAGED
    }

    private static final Logger LOG = LoggerFactory.getLogger(Sending.class);

    private final Channel channel;
    private final Response response;
    private final Delivery delivery;
    private final ReadAhead readAhead;
    private final Answers answers;
    private final Consumer<End> whenDone;
    private final boolean isEncrypted;
    private final Headroom headroom;
    private byte @Nullable [] unsentEnding;
    private @Nullable BlobFile file;
    private @Nullable ByteBuffer memory;
    private long position;
    private long pieceEnd;
    private long end;
    private long sentBytes;
    private boolean isWaiting;
    private long waitingSince;
    private long waitedNanos;
    private boolean isDone;

    /// @param whenDone told how it ended
    Sending(
            Channel channel,
            Response response,
            Delivery delivery,
            ReadAhead readAhead,
            Answers answers,
            Consumer<End> whenDone) {
        this.channel = channel;
        this.response = response;
        this.delivery = delivery;
        this.readAhead = readAhead;
        this.answers = answers;
        this.whenDone = whenDone;
        this.isEncrypted = channel.pipeline().get(SslHandler.class) != null;
        this.headroom = new Headroom(channel, answers);
    }

    /// @param ending the last header lines and the empty line behind them
    void start(byte[] ending) {
        unsentEnding = ending;
        guarded(() -> {
            response.listener().begun(delivery);
            switch (response.body()) {
                case Body.Empty _ -> sendWhole(head(0), 0);
                case Body.Bytes(ByteBuffer bytes) when isSmall(bytes) -> {
                    int length = bytes.remaining();
                    sendWhole(head(length).writeBytes(bytes.duplicate()), length);
                }
                case Body.Bytes(ByteBuffer bytes) -> {
                    memory = bytes.slice();
                    end = bytes.remaining();
                    sendOn();
                }
                case Body.Blob(BlobFile blob, ContentRange part, _) when part.length() > 0 -> {
                    file = blob;
                    position = part.start();
                    end = part.end();
                    sendOn();
                }
                case Body.Blob _ -> sendWhole(head(0), 0);
                case Body.Stream _ -> throw new IllegalStateException("a stream is not all here");
            }
        });
    }

    /// Nobody else would hear of a failure here: the connection would hang.
    private void guarded(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException | Error e) {
            LOG.error("a bug: the connection is cut", e);
            finish(End.CUT);
        }
    }

    private boolean isSmall(ByteBuffer bytes) {
        return bytes.remaining() <= answers.pieceBytesMax();
    }

    private ByteBuf head(int bodyLength) {
        byte[] head = response.head().encoded();
        byte[] ending = Objects.requireNonNull(unsentEnding);
        unsentEnding = null;
        delivery.begin();
        return channel.alloc()
                .directBuffer(head.length + ending.length + bodyLength)
                .writeBytes(head)
                .writeBytes(ending);
    }

    private void sendWhole(ByteBuf bytes, int bodyLength) {
        pieceEnd = bodyLength;
        end = bodyLength;
        await(channel.writeAndFlush(bytes));
    }

    private void sendOn() {
        pieceEnd = Math.min(end, position + pieceBytesMax());
        BlobFile blob = file;
        if (blob == null) {
            sendPiece(piece(Objects.requireNonNull(memory)));
        } else if (blob.isResident(position, pieceEnd)) {
            sendPiece(blob, true);
        } else {
            long start = System.nanoTime();
            readAhead.read(
                    blob.channel(),
                    position,
                    pieceEnd,
                    channel.eventLoop(),
                    isReadable -> {
                        delivery.waitedForDisk(System.nanoTime() - start);
                        guarded(() -> sendPiece(blob, isReadable));
                    });
        }
    }

    private int pieceBytesMax() {
        return isFromFile() ? headroom.regionBytesMax() : answers.pieceBytesMax();
    }

    /// Whether the system takes the bytes from the file by itself.
    private boolean isFromFile() {
        return file != null && !isEncrypted;
    }

    private ByteBuf piece(ByteBuffer bytes) {
        int length = (int) (pieceEnd - position);
        return channel.alloc().directBuffer(length).writeBytes(bytes.slice((int) position, length));
    }

    private void sendPiece(BlobFile blob, boolean isReadable) {
        Object piece;
        try {
            if (!isReadable || blob.channel().size() < pieceEnd) {
                finish(End.DAMAGED);
                return;
            }
            int length = (int) (pieceEnd - position);
            piece =
                    isEncrypted
                            ? buffer(blob.channel(), length)
                            : new SharedFileRegion(blob.channel(), position, length);
        } catch (IOException e) {
            LOG.error("a stored file cannot be read at {}", position, e);
            finish(End.DAMAGED);
            return;
        }
        sendPiece(piece);
    }

    private void sendPiece(Object piece) {
        if (unsentEnding == null) {
            await(channel.writeAndFlush(piece));
        } else {
            Transport.cork(channel);
            var _ = channel.write(head(0));
            ChannelFuture left = channel.writeAndFlush(piece);
            Transport.uncork(channel);
            await(left);
        }
    }

    private void await(ChannelFuture left) {
        if (left.isDone()) {
            operationComplete(left);
        } else {
            isWaiting = true;
            waitingSince = System.nanoTime();
            left.addListener(this);
        }
    }

    @Override
    public void operationComplete(ChannelFuture left) {
        long nanos = waitedNanos() - waitedNanos;
        waitedNanos += nanos;
        isWaiting = false;
        guarded(() -> {
            if (left.isSuccess()) {
                sent(nanos);
            } else {
                LOG.debug("a client left", left.cause());
                inspect(left.cause());
            }
        });
    }

    private void sent(long nanos) {
        long count = pieceEnd - position;
        sentBytes += count;
        delivery.sent(sentBytes);
        position = pieceEnd;
        if (position == end) {
            finish(End.COMPLETE);
        } else {
            if (isFromFile()) {
                headroom.left(count, nanos);
            }
            channel.eventLoop().execute(() -> guarded(this::sendOn)); // the others' turn first
        }
    }

    /// It may have been the file for all that: then this client is lost, and the next one is not.
    private void inspect(Throwable failure) {
        BlobFile blob = file;
        if (blob == null || isDeparture(failure)) {
            finish(End.CUT);
            return;
        }
        readAhead.read(
                blob.channel(),
                position,
                pieceEnd,
                channel.eventLoop(),
                isReadable -> finish(isReadable ? End.CUT : End.DAMAGED));
    }

    private static boolean isDeparture(Throwable failure) {
        return failure instanceof ClosedChannelException
                || (failure instanceof Errors.NativeIoException broken
                        && (broken.expectedErr() == Errors.ERRNO_EPIPE_NEGATIVE
                                || broken.expectedErr() == Errors.ERRNO_ECONNRESET_NEGATIVE));
    }

    private void finish(End how) {
        if (isDone) {
            return;
        }
        isDone = true;
        if (how == End.CUT) {
            var _ = channel.close();
        }
        delivery.waitedForClient(waitedNanos());
        try {
            headroom.narrow();
            switch (how) {
                case COMPLETE -> end(PullListener.End.WHOLE);
                case CUT -> end(PullListener.End.LEFT);
                case DAMAGED -> {
                    // it goes on elsewhere
                }
            }
        } catch (RuntimeException | Error e) {
            LOG.error("a bug in who hears of answers", e);
        } finally {
            whenDone.accept(how);
        }
    }

    private void end(PullListener.End how) {
        response.close();
        response.listener().ended(delivery, how);
    }

    boolean isDone() {
        return isDone;
    }

    /// The first byte that has not left.
    long position() {
        return position;
    }

    /// Whether nothing has left yet, not even the head.
    boolean isUnbegun() {
        return unsentEnding != null;
    }

    /// How many bytes the client has taken, or almost; changes whenever it has taken something.
    long progress() {
        ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
        if (buffer == null || !isWaiting) {
            return sentBytes;
        }
        // of a file, the outbound buffer knows how much has left, and of bytes how many are left
        long queued = isFromFile() ? 0 : pieceEnd - position;
        return sentBytes + queued + buffer.currentProgress() - buffer.totalPendingWriteBytes();
    }

    /// For how long there were bytes that the client could have taken.
    long waitedNanos() {
        return isWaiting ? waitedNanos + System.nanoTime() - waitingSince : waitedNanos;
    }

    private ByteBuf buffer(FileChannel source, int length) throws IOException {
        ByteBuf buffer = channel.alloc().directBuffer(length);
        boolean isFilled = false;
        try {
            while (buffer.writableBytes() > 0 && buffer.readableBytes() < length) {
                int missing = length - buffer.readableBytes();
                if (buffer.writeBytes(source, position + buffer.readableBytes(), missing) < 0) {
                    throw new EOFException("the file is shorter than its blob");
                }
            }
            isFilled = true;
            return buffer;
        } finally {
            if (!isFilled) {
                buffer.release();
            }
        }
    }

    /// A region of a file that others read too. Netty's own would close the file once it is sent;
    /// the epoll transport takes the file from the superclass, which is why this extends it.
    static final class SharedFileRegion extends DefaultFileRegion {
        SharedFileRegion(FileChannel file, long position, long count) {
            super(file, position, count);
        }

        @Override
        protected void deallocate() {
            // the file belongs to the content, which closes it
        }
    }
}
