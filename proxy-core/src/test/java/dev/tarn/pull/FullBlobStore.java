package dev.tarn.pull;

import dev.tarn.oci.Digest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/// A store on a disk that fails where the test says.
final class FullBlobStore implements BlobStore {

    private final InMemoryBlobStore store = new InMemoryBlobStore();
    final AtomicInteger writes = new AtomicInteger();
    volatile boolean beginsNothing;
    volatile boolean opensNothing;
    volatile CountDownLatch opens = new CountDownLatch(0);
    volatile boolean reservesNothing;
    volatile boolean commitsNothing;

    /// How often all that was written turns out to be lost when it is to be committed.
    final AtomicInteger losses = new AtomicInteger();

    /// Whether what is lost reads as zeros.
    volatile boolean losesVisibly;

    /// How many bytes fit in all.
    volatile long room = Long.MAX_VALUE;

    @Override
    public Optional<BlobContent> find(Digest digest) {
        return store.find(digest);
    }

    @Override
    public void condemn(Digest digest) {
        store.condemn(digest);
    }

    @Override
    public IncomingBlob begin(Digest digest) throws IOException {
        failIf(beginsNothing);
        return new Incoming(store.begin(digest));
    }

    private static void failIf(boolean isFull) throws IOException {
        if (isFull) {
            throw new IOException("No space left on device");
        }
    }

    private void awaitOpening() throws IOException {
        try {
            opens.await();
        } catch (InterruptedException e) {
            throw new IOException("interrupted", e);
        }
    }

    private final class Incoming implements IncomingBlob {

        private final IncomingBlob incoming;

        Incoming(IncomingBlob incoming) {
            this.incoming = incoming;
        }

        @Override
        public Optional<Remainder> remainder() {
            return incoming.remainder();
        }

        @Override
        public void reserve(long size) throws IOException {
            failIf(reservesNothing);
            incoming.reserve(size);
        }

        @Override
        public synchronized void write(long position, ByteBuffer... pieces) throws IOException {
            writes.incrementAndGet();
            long end = position + Source.bytesIn(pieces);
            for (ByteBuffer piece : pieces) {
                int count = (int) Math.min(room, piece.remaining());
                ByteBuffer fitting = piece.slice(piece.position(), count);
                room -= count;
                incoming.write(end - Source.bytesIn(pieces), fitting);
                piece.position(piece.position() + count);
                failIf(piece.hasRemaining());
            }
        }

        @Override
        public BlobReader open() throws IOException {
            failIf(opensNothing);
            awaitOpening();
            return incoming.open();
        }

        @Override
        public void commit(long size, Duration refetchTime) throws IOException {
            failIf(commitsNothing);
            if (losses.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                if (losesVisibly) {
                    incoming.write(0, ByteBuffer.allocate((int) size));
                }
                throw new SyncFailed("the file", null);
            }
            incoming.commit(size, refetchTime);
        }

        @Override
        public void keep(Remainder remainder) throws IOException {
            incoming.keep(remainder);
        }

        @Override
        public void close() {
            incoming.close();
        }
    }
}
