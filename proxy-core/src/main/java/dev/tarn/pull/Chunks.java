package dev.tarn.pull;

import dev.tarn.oci.ByteRange;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// Which bytes of a blob are here, which are on their way, and which to ask for next: the bookkeeping of
/// one download. Every byte is claimed by one chunk at a time and written once, so what has been hashed
/// or read cannot change any more. Pure state without I/O, clock or lock; its owner locks.
final class Chunks {

    /// What a reader is after: it has come to `position` and reads on to `end`, exclusive.
    record Wanted(long position, long end) {}

    /// A part of the blob that one request to a source is bringing in. `cursor` is where its next byte goes.
    static final class Chunk {
        private final ByteRange asked;
        private long cursor;
        private long end;

        private Chunk(ByteRange asked, long start, long end) {
            this.asked = asked;
            this.cursor = start;
            this.end = end;
        }

        ByteRange asked() {
            return asked;
        }

        long cursor() {
            return cursor;
        }

        @Override
        public String toString() {
            return cursor + " to " + end;
        }
    }

    /// What a source's answer means for the download.
    enum Opening {
        /// The answer fits: its body may be written.
        FITS,
        /// It contradicts what another answer, or this one itself, has said of the blob.
        CONTRADICTS
    }

    private static final long TO_THE_END = Long.MAX_VALUE;

    private final long chunkBytes;
    private final List<Chunk> running = new ArrayList<>();
    private Spans present = new Spans();
    private OptionalLong size = OptionalLong.empty();
    private boolean isConfirmed;

    Chunks(long chunkBytes) {
        this.chunkBytes = chunkBytes;
    }

    /// Starts from what an earlier download left. Its last byte is asked for again in any case, so that a
    /// source confirms the size before anything is made of it.
    void resume(IncomingBlob.Remainder remainder) {
        for (Spans.Span span : remainder.spans().toList()) {
            present.add(span.start(), Math.min(span.end(), remainder.size() - 1));
        }
        size = OptionalLong.of(remainder.size());
    }

    /// Claims the first chunk, when the size is not known for certain: the part that the first reader is
    /// after, because the answer to any part tells the size as well.
    Chunk first(ByteRange wanted) {
        Chunk chunk =
                switch (wanted) {
                    case ByteRange.Last(long count) when count <= chunkBytes && size.isEmpty() ->
                            new Chunk(wanted, 0, TO_THE_END);
                    case ByteRange.Last _ -> chunkAt(0);
                    case ByteRange.Between(long start, long _) -> chunkAt(start);
                };
        running.add(chunk);
        return chunk;
    }

    /// Claims what is nearest ahead of a reader, or else what comes first in the blob. Empty where every
    /// byte is here or on its way.
    Optional<Chunk> next(Collection<Wanted> readers) {
        long end = size.orElseThrow();
        OptionalLong start =
                readers.stream()
                        .filter(reader -> missing(reader.position()) < Math.min(reader.end(), end))
                        .min(
                                Comparator.comparingLong(
                                                (Wanted r) -> missing(r.position()) - r.position())
                                        .thenComparingLong(Wanted::position))
                        .map(reader -> OptionalLong.of(missing(reader.position())))
                        .orElseGet(() -> OptionalLong.of(missing(0)));
        if (start.getAsLong() >= end) {
            return Optional.empty();
        }
        Chunk chunk = chunkAt(start.getAsLong());
        running.add(chunk);
        return Optional.of(chunk);
    }

    /// Fits a chunk to the answer that came for it. A source that knows no ranges answers with the whole
    /// blob; that is taken where nothing else is here or on its way.
    Opening open(Chunk chunk, long start, OptionalLong end, OptionalLong answerSize) {
        if (!isConfirmed && !answerSize.equals(size)) {
            present = new Spans();
            size = answerSize;
        }
        boolean isNothing = end.isPresent() && end.getAsLong() == start;
        boolean isWholeInstead = start == 0 && end.equals(answerSize) && chunk.cursor != 0;
        if (!isConfirmed && isWholeInstead) {
            present = new Spans();
        }
        boolean isAsked =
                isNothing
                        || start == chunk.cursor
                        || (!isConfirmed && (isWholeInstead || chunk.asked instanceof ByteRange.Last));
        boolean isExpectedSize = answerSize.equals(size);
        isConfirmed = true;
        chunk.cursor = start;
        chunk.end = end.orElse(TO_THE_END);
        return isAsked && isExpectedSize && isFree(chunk) ? Opening.FITS : Opening.CONTRADICTS;
    }

    /// `count` bytes were written at the chunk's cursor.
    void wrote(Chunk chunk, long count) {
        present.add(chunk.cursor, chunk.cursor + count);
        chunk.cursor += count;
    }

    /// The chunk's body has ended; what it did not bring is missing again.
    void end(Chunk chunk) {
        running.remove(chunk);
        if (size.isEmpty()) {
            size = OptionalLong.of(chunk.cursor);
        }
    }

    /// The size of the whole blob, once a source has told it.
    OptionalLong size() {
        return isConfirmed ? size : OptionalLong.empty();
    }

    /// How far the bytes from `position` on are here without a gap.
    long presentEnd(long position) {
        return present.endAt(position);
    }

    Spans present() {
        return present;
    }

    /// How many chunks the missing bytes would make.
    long missingChunks() {
        return (size.orElse(0) - present.length() + chunkBytes - 1) / chunkBytes;
    }

    boolean isNearlyDone() {
        return size().isPresent() && present.length() >= size.getAsLong() / 4 * 3;
    }

    /// The first position at or behind `position` that is neither here nor on its way.
    private long missing(long position) {
        long candidate = position;
        while (true) {
            long end = present.endAt(candidate);
            for (Chunk chunk : running) {
                if (chunk.cursor <= end && end < chunk.end) {
                    end = chunk.end;
                }
            }
            if (end == candidate) {
                return candidate;
            }
            candidate = end;
        }
    }

    /// The most that one request may ask for from `start` on without asking for anything twice.
    private Chunk chunkAt(long start) {
        long end = Math.min(start + chunkBytes, size.orElse(TO_THE_END));
        end = present.nextStart(start, end) < end ? present.nextStart(start, end) : end;
        for (Chunk chunk : running) {
            if (chunk.cursor >= start && chunk.cursor < end) {
                end = chunk.cursor;
            }
        }
        return new Chunk(new ByteRange.Between(start, end), start, end);
    }

    /// Whether nothing that this chunk will write is here already or on its way in another.
    private boolean isFree(Chunk chunk) {
        boolean isAbsent =
                present.endAt(chunk.cursor) == chunk.cursor
                        && present.nextStart(chunk.cursor, TO_THE_END) >= chunk.end;
        boolean isUnclaimed =
                running.stream()
                        .allMatch(
                                other ->
                                        other == chunk
                                                || other.end <= chunk.cursor
                                                || chunk.end <= other.cursor);
        return chunk.cursor == chunk.end || (isAbsent && isUnclaimed);
    }
}
