package dev.tarn.pull;

import static dev.tarn.oci.RegistryException.UpstreamFailed.Kind.WRONG_BYTES;

import dev.tarn.oci.RegistryException.Throttled;
import dev.tarn.oci.RegistryException.UpstreamFailed;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;

/// One part of a blob on its way from the source into the file, or past it. Used by the worker that
/// fetches it.
final class Part {

    private final Chunks.Chunk chunk;
    private final Filling file;
    private final Sluice.Place place;
    private final Progress progress;
    private final Fetching fetching;
    private final PrefixHash hash;
    private long skip;
    private boolean isOverlong;
    private boolean isPutOff;

    Part(
            Chunks.Chunk chunk,
            Filling file,
            Sluice.Place place,
            Progress progress,
            Fetching fetching,
            PrefixHash hash) {
        this.chunk = chunk;
        this.file = file;
        this.place = place;
        this.progress = progress;
        this.fetching = fetching;
        this.hash = hash;
    }

    void fetch(Source source) throws InterruptedException {
        fetching.asking(Optional.empty());
        try (Source.Fetch answer = source.fetch(chunk.asked())) {
            fetching.asking(Optional.of(answer));
            fetching.awaitFile();
            open(answer);
            boolean hasMore = true;
            while (hasMore && wantsMore()) {
                hasMore = answer.next(this::take);
            }
        } finally {
            fetching.asked();
        }
        if (isPutOff) {
            fetching.putOff(chunk);
        } else {
            fetching.end(chunk);
        }
    }

    private void open(Source.Fetch answer) {
        if (!fetching.open(chunk, answer)) {
            throw new UpstreamFailed(WRONG_BYTES, "the answer contradicts an earlier one");
        }
        skip = chunk.skip();
        isOverlong = answer.end().orElse(Long.MAX_VALUE) > chunk.end();
        file.reserve(answer.size());
    }

    /// An answer that holds no more than was wanted is read to its end, so that its connection can
    /// be used again.
    private boolean wantsMore() {
        return !isPutOff && !(isOverlong && chunk.bytesLeft() == 0);
    }

    private void take(ByteBuffer... pieces) {
        trim(pieces);
        try {
            if (file.write(chunk.cursor(), duplicates(pieces))) {
                took(pieces);
            } else {
                passAll(pieces);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Throttled("the download has ended", Duration.ofSeconds(1));
        }
    }

    /// Leaves out what comes before and behind what is wanted.
    private void trim(ByteBuffer... pieces) {
        long wanted = chunk.bytesLeft();
        for (ByteBuffer piece : pieces) {
            int passedOver = (int) Math.min(skip, piece.remaining());
            skip -= passedOver;
            piece.position(piece.position() + passedOver);
            piece.limit(piece.position() + (int) Math.min(piece.remaining(), wanted));
            wanted -= piece.remaining();
        }
    }

    private static ByteBuffer[] duplicates(ByteBuffer... pieces) {
        return Arrays.stream(pieces).map(ByteBuffer::duplicate).toArray(ByteBuffer[]::new);
    }

    /// The bytes are where readers find them. They are hashed while they are hot.
    private void took(ByteBuffer... pieces) throws InterruptedException {
        long position = chunk.cursor();
        int count = Source.bytesIn(pieces);
        if (count == 0) {
            return;
        }
        fetching.wrote(chunk, count);
        place.brought(count);
        for (ByteBuffer piece : pieces) {
            int length = piece.remaining();
            hash.update(piece, position);
            position += length;
        }
        progress.hashed(hash);
    }

    private void passAll(ByteBuffer... pieces) throws InterruptedException {
        for (ByteBuffer piece : pieces) {
            while (piece.hasRemaining() && !isPutOff) {
                int count = Math.min(piece.remaining(), Passage.PIECE_BYTES);
                pass(piece.slice(piece.position(), count));
                piece.position(piece.position() + count);
            }
        }
    }

    /// Sends bytes past the disk, unless others must come first.
    private void pass(ByteBuffer bytes) throws InterruptedException {
        if (!fetching.awaitRoom(chunk, hash)) {
            isPutOff = true;
            return;
        }
        byte[] copy = new byte[bytes.remaining()];
        bytes.duplicate().get(copy);
        file.passage().put(chunk.cursor(), copy);
        took(bytes);
    }
}
