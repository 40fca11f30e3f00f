package dev.tarn.upstream;

import dev.tarn.pull.IncomingBlob;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.CompositeByteBuf;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Deque;

/// What has arrived of one answer and waits for its reader: the head, the body, and its end. Its
/// owner locks.
///
/// To wake a thread costs more than to receive what it is woken for. So the reader gets the head
/// and the first bytes of a body at once, and after that batches. These end on multiples of
/// `BATCH_BYTES` of the body, because a file is written best that way: the system keeps what one
/// write brings in one piece of memory, as far as it is aligned, and has less to do for each
/// `sendfile` from then on.
final class Arrivals {

    /// Stands behind the last byte of an answer.
    static final Object END = new Object();

    /// As much of a body as its reader is woken for.
    static final int BATCH_BYTES = IncomingBlob.WRITE_BYTES;

    /// The most that waits, but for what one read brings: as much as the reader has taken of this
    /// answer, within these. Little is wanted of an error, and much of a blob.
    private static final int WAITING_BYTES_MIN = 64 << 10;

    private static final int WAITING_BYTES_MAX = 2 * BATCH_BYTES;

    private final Deque<Object> waiting = new ArrayDeque<>();
    private int waitingBytes;
    private long takenBytes;
    private boolean isFlowing;
    private boolean isOver;
    private boolean isDue;

    /// The next answer.
    void begin() {
        clear();
        takenBytes = 0;
        isFlowing = false;
        isOver = false;
    }

    void add(HttpResponse head) {
        waiting.add(head);
    }

    /// @param bytes released by whoever takes them
    void add(ByteBuf bytes) {
        waiting.add(bytes);
        waitingBytes += bytes.readableBytes();
    }

    /// The answer is whole.
    void end() {
        isOver = true;
        waiting.add(END);
    }

    /// Nothing more will come, though the answer is not whole.
    void cut() {
        isOver = true;
        hurry();
    }

    /// Nothing more has arrived for the moment; whether the reader is to have what there is.
    boolean settle() {
        boolean isMuch = waitingBytes >= BATCH_BYTES || isFull();
        isDue |= !waiting.isEmpty() && (!isFlowing || isOver || isMuch);
        isFlowing |= waitingBytes > 0;
        return isDue;
    }

    /// The reader is to have what there is, little as it may be.
    void hurry() {
        isDue = !waiting.isEmpty();
    }

    /// Whether there is something for the reader.
    boolean isDue() {
        return isDue;
    }

    /// Whether something waits for more to come.
    boolean isHeldBack() {
        return !isDue && !waiting.isEmpty();
    }

    /// Whether there is so much that no more should be received.
    boolean isFull() {
        return waitingBytes >= waitingBytesMax();
    }

    private long waitingBytesMax() {
        return Math.clamp(takenBytes, WAITING_BYTES_MIN, WAITING_BYTES_MAX);
    }

    /// How much of the body the reader has taken.
    long takenBytes() {
        return takenBytes;
    }

    /// The head, bytes of the body, or `END`.
    Object take(ByteBufAllocator allocator) {
        Object next = waiting.remove();
        Object taken = next instanceof ByteBuf bytes ? batch(bytes, allocator) : next;
        isDue = !waiting.isEmpty() && (isOver || !(taken instanceof ByteBuf));
        return taken;
    }

    private ByteBuf batch(ByteBuf first, ByteBufAllocator allocator) {
        int count = batchBytes();
        waitingBytes -= count;
        takenBytes += count;
        if (first.readableBytes() == count) {
            return first;
        }
        CompositeByteBuf batch = allocator.compositeBuffer(1 + waiting.size());
        ByteBuf next = first;
        while (batch.readableBytes() + next.readableBytes() < count) {
            batch.addComponent(true, next);
            next = (ByteBuf) waiting.remove();
        }
        int missing = count - batch.readableBytes();
        if (missing < next.readableBytes()) {
            batch.addComponent(true, next.readRetainedSlice(missing));
            waiting.addFirst(next);
        } else {
            batch.addComponent(true, next);
        }
        return batch;
    }

    private int batchBytes() {
        if (isOver || waitingBytes < BATCH_BYTES) {
            return waitingBytes;
        }
        return waitingBytes - (int) ((takenBytes + waitingBytes) % BATCH_BYTES);
    }

    /// Nobody will take what is left.
    void clear() {
        waiting.forEach(ReferenceCountUtil::release);
        waiting.clear();
        waitingBytes = 0;
        isDue = false;
    }
}
