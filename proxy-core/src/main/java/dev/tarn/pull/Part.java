package dev.tarn.pull;

import static dev.tarn.oci.RegistryException.UpstreamFailed.Kind.WRONG_BYTES;

import dev.tarn.oci.RegistryException.Throttled;
import dev.tarn.oci.RegistryException.UpstreamFailed;
import java.nio.ByteBuffer;
import java.time.Duration;
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

    private void take(ByteBuffer bytes) {
        int passedOver = (int) Math.min(skip, bytes.remaining());
        skip -= passedOver;
        bytes.position(bytes.position() + passedOver);
        int wanted = (int) Math.min(bytes.remaining(), chunk.bytesLeft());
        bytes.limit(bytes.position() + wanted);
        try {
            while (bytes.hasRemaining() && !isPutOff) {
                write(bytes);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Throttled("the download has ended", Duration.ofSeconds(1));
        }
    }

    /// Takes all of the bytes, or a piece of them where they go past the disk.
    private void write(ByteBuffer bytes) throws InterruptedException {
        ByteBuffer hot = bytes.duplicate();
        long start = chunk.cursor();
        if (!file.write(bytes.duplicate(), start)) {
            hot.limit(hot.position() + Math.min(hot.remaining(), Passage.PIECE_BYTES));
            if (!pass(hot.duplicate(), start)) {
                isPutOff = true;
                return;
            }
        }
        bytes.position(hot.limit());
        fetching.wrote(chunk, hot.remaining());
        place.brought(hot.remaining());
        hash.update(hot, start);
        progress.hashed(hash);
    }

    /// Whether the bytes go past the disk now; if not, others must come first.
    private boolean pass(ByteBuffer bytes, long start) throws InterruptedException {
        boolean isNext = fetching.awaitRoom(chunk, hash);
        if (isNext) {
            byte[] piece = new byte[bytes.remaining()];
            bytes.get(piece);
            file.passage().put(start, piece);
        }
        return isNext;
    }
}
