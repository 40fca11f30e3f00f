package dev.tarn.http.netty;

import dev.tarn.http.Response;
import dev.tarn.http.Response.Body;
import dev.tarn.http.Response.Sent;
import dev.tarn.oci.ContentRange;
import dev.tarn.pull.BlobFile;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.DefaultFileRegion;
import io.netty.handler.ssl.SslHandler;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One answer whose bytes are all here, on its way to the client. A file goes out in pieces, each
/// once the one before it has left: by `sendfile` (2), or under TLS through a buffer. So a slow
/// client costs a socket buffer, and a fast one does not hold the event loop, on which all of this
/// runs. What is not in memory is read elsewhere first.
final class Sending implements ChannelFutureListener {

    /// The most that one piece holds.
    static final int REGION_BYTES_MAX = 1 << 20;

    /// The same where the bytes go through memory.
    private static final int BUFFER_BYTES_MAX = 256 << 10;

    /// What `sendfile` says of a file that cannot be read; a socket never says it.
    private static final String EIO = "Input/output error";

    private static final Logger LOG = LoggerFactory.getLogger(Sending.class);

    private final Channel channel;
    private final Response response;
    private final ReadAhead readAhead;
    private final Consumer<Boolean> whenDone;
    private final boolean isEncrypted;
    private @Nullable BlobFile file;
    private long position;
    private long pieceEnd;
    private long end;
    private long sentBytes;
    private boolean isDone;

    /// @param whenDone told whether the answer has left whole
    Sending(Channel channel, Response response, ReadAhead readAhead, Consumer<Boolean> whenDone) {
        this.channel = channel;
        this.response = response;
        this.readAhead = readAhead;
        this.whenDone = whenDone;
        this.isEncrypted = channel.pipeline().get(SslHandler.class) != null;
    }

    /// @param ending the last header lines and the empty line behind them
    void start(byte[] ending) {
        switch (response.body()) {
            case Body.Empty _ -> sendWhole(head(ending, 0), 0);
            case Body.Bytes(ByteBuffer bytes) -> {
                int length = bytes.remaining();
                sendWhole(head(ending, length).writeBytes(bytes.duplicate()), length);
            }
            case Body.Blob(BlobFile blob, ContentRange part) when part.length() > 0 -> {
                file = blob;
                position = part.start();
                end = part.end();
                var _ = channel.write(head(ending, 0));
                sendOn(blob);
            }
            case Body.Blob _ -> sendWhole(head(ending, 0), 0);
        }
    }

    private ByteBuf head(byte[] ending, int bodyLength) {
        byte[] head = response.head().encoded();
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

    private void sendOn(BlobFile blob) {
        pieceEnd = Math.min(end, position + (isEncrypted ? BUFFER_BYTES_MAX : REGION_BYTES_MAX));
        if (blob.isResident(position, pieceEnd)) {
            sendPiece(blob);
        } else {
            readAhead.read(
                    blob.channel(), position, pieceEnd, channel.eventLoop(), () -> sendPiece(blob));
        }
    }

    private void sendPiece(BlobFile blob) {
        int length = (int) (pieceEnd - position);
        try {
            await(
                    channel.writeAndFlush(
                            isEncrypted
                                    ? buffer(blob.channel(), length)
                                    : new SharedFileRegion(blob.channel(), position, length)));
        } catch (IOException e) {
            LOG.error("an answer broke off after {} bytes", sentBytes, e);
            blob.suspect();
            finish(false);
        }
    }

    private void await(ChannelFuture left) {
        if (left.isDone()) {
            operationComplete(left);
        } else {
            left.addListener(this);
        }
    }

    @Override
    public void operationComplete(ChannelFuture left) {
        if (!left.isSuccess()) {
            BlobFile unread = file;
            if (unread != null && String.valueOf(left.cause().getMessage()).endsWith(EIO)) {
                LOG.error("an answer broke off after {} bytes", sentBytes, left.cause());
                unread.suspect();
            }
            LOG.debug("a client left", left.cause());
            finish(false);
            return;
        }
        sentBytes += pieceEnd - position;
        position = pieceEnd;
        BlobFile blob = file;
        if (position == end || blob == null) {
            finish(true);
        } else {
            channel.eventLoop().execute(() -> sendOn(blob)); // the others' turn first
        }
    }

    private void finish(boolean isComplete) {
        isDone = true;
        response.close();
        if (!isComplete) {
            var _ = channel.close();
        }
        response.whenSent().accept(new Sent(sentBytes, isComplete));
        whenDone.accept(isComplete);
    }

    boolean isDone() {
        return isDone;
    }

    /// Changes whenever the client has taken something.
    long progress() {
        ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
        return buffer == null
                ? sentBytes
                : sentBytes + buffer.currentProgress() - buffer.totalPendingWriteBytes();
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
