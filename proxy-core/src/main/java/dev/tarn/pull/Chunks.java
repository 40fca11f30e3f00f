package dev.tarn.pull;

import dev.tarn.oci.ByteRange;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/// Which bytes of a blob are here, which are on their way, and which to ask for next: the
/// bookkeeping of one download. Every byte is claimed by one chunk at a time and written once, so
/// what has been hashed or read cannot change any more. Pure state without I/O, clock or lock; its
/// owner locks.
final class Chunks {

    /// What a reader is after: it has come to `position` and reads on to `end`, exclusive.
    record Wanted(long position, long end) {}

    /// A part of the blob that one request to a source brings in. `cursor` is where its next byte
    /// goes; `skip` is how many bytes come before that which are not wanted.
    static final class Chunk {
        private final ByteRange asked;
        private final int failures;
        private final long claimedAt;
        private long cursor;
        private long end;
        private long skip;

        private Chunk(ByteRange asked, long start, long end, int failures) {
            this.asked = asked;
            this.cursor = start;
            this.claimedAt = start;
            this.end = end;
            this.failures = failures;
        }

        ByteRange asked() {
            return asked;
        }

        long cursor() {
            return cursor;
        }

        long skip() {
            return skip;
        }

        /// How many more bytes it may bring.
        long bytesLeft() {
            return end - cursor;
        }

        long end() {
            return end;
        }

        @Override
        public String toString() {
            return cursor + " to " + end;
        }
    }

    private static final long TO_THE_END = Long.MAX_VALUE;

    /// The least that is asked for on behalf of a reader who wants less than a chunk, so that many
    /// who want a little here and there all get their first byte soon.
    private static final long SHORT_BYTES = 1 << 20;

    /// Into how many parts at least what nobody has asked for yet is divided.
    private static final long SHARES_MIN = 8;

    private final long chunkBytes;
    private final long shortBytes;
    private final List<Chunk> running = new ArrayList<>();

    /// Where tries broke off, and how many in a row have brought next to nothing there.
    private final Map<Long, Integer> failuresAt = new HashMap<>();

    private Spans present = new Spans();
    private OptionalLong size = OptionalLong.empty();
    private boolean isConfirmed;
    private boolean isUnderWay;

    /// Whether the source sends everything, whatever it is asked for.
    private boolean ignoresRanges;

    Chunks(long chunkBytes) {
        this.chunkBytes = chunkBytes;
        this.shortBytes = Math.min(SHORT_BYTES, chunkBytes);
    }

    /// Starts from what an earlier download left. Its last byte is asked for again in any case, so
    /// that a source confirms the size before anything is made of it.
    void resume(IncomingBlob.Remainder remainder) {
        for (Spans.Span span : remainder.spans().toList()) {
            present.add(span.start(), Math.min(span.end(), remainder.size() - 1));
        }
        size = OptionalLong.of(remainder.size());
        isUnderWay = present.length() > 0;
    }

    /// Claims the first chunk, before any source has told the size: the part that the first reader
    /// is after, because the answer to any part tells the size as well.
    Chunk first(ByteRange wanted) {
        long sizeMax = size.orElse(TO_THE_END);
        Chunk chunk =
                switch (wanted) {
                    case ByteRange.Last(long count) when size.isEmpty() && count <= chunkBytes ->
                            new Chunk(wanted, 0, TO_THE_END, failuresAt(0));
                    case ByteRange.Between(long start, long _) when missing(start) < sizeMax ->
                            chunkAt(missing(start), chunkBytes);
                    default -> chunkAt(missing(0), chunkBytes);
                };
        running.add(chunk);
        return chunk;
    }

    /// Claims what is nearest ahead of a reader, and hardly more than that one wants; or else what
    /// comes first in the blob. Empty where every byte is here or on its way.
    ///
    /// @param partBytes what is worth asking for at once. Less of what is nearly done, so that no
    ///   connection is left alone with the rest
    Optional<Chunk> next(Collection<Wanted> readers, long partBytes) {
        long blobEnd = size.orElseThrow();
        Wanted nearest =
                readers.stream()
                        .filter(wanted ->
                                missing(wanted.position()) < Math.min(wanted.end(), blobEnd))
                        .min(Comparator.comparingLong(this::distance))
                        .orElse(new Wanted(0, blobEnd));
        long start = missing(nearest.position());
        if (start >= blobEnd) {
            return Optional.empty();
        }
        if (ignoresRanges) {
            return rest();
        }
        long share = unclaimed() / Math.max(SHARES_MIN, 2L * (running.size() + 1));
        long most = Math.max(shortBytes, Math.min(share, partBytes));
        Chunk chunk = chunkAt(start, Math.clamp(nearest.end() - start, shortBytes, most));
        running.add(chunk);
        return Optional.of(chunk);
    }

    /// Claims all that is missing from the first gap on, of a source that can only begin at the
    /// beginning, or does not say where the end is: one such answer at a time.
    Optional<Chunk> rest() {
        if (!running.isEmpty()) {
            return Optional.empty();
        }
        Chunk chunk = chunkAt(missing(0), TO_THE_END);
        running.add(chunk);
        return Optional.of(chunk);
    }

    /// Fits a chunk to the answer that came for it; false where the answer contradicts what is
    /// known of the blob. The first answer of all is free to start anywhere and to hold the whole
    /// blob, as from a source that knows no ranges, or nothing, where it was asked for what lies
    /// behind the end. Later ones bring what is missing, or they would be asked for without end;
    /// what they bring before that is passed over.
    boolean open(Chunk chunk, long start, OptionalLong end, OptionalLong answerSize) {
        boolean isFirst = !isConfirmed;
        if (isFirst) {
            confirm(chunk, start, end, answerSize);
        }
        boolean isEmpty = end.isPresent() && end.getAsLong() == start;
        long answerEnd = end.orElse(TO_THE_END);
        boolean holdsWhatIsMissing = start <= chunk.cursor && answerEnd > chunk.cursor;
        chunk.skip = Math.max(0, chunk.cursor - start);
        chunk.end = isFirst ? answerEnd : Math.min(answerEnd, chunk.end);
        return answerSize.equals(size) && (isEmpty ? isFirst : holdsWhatIsMissing && isFree(chunk));
    }

    private void confirm(Chunk chunk, long start, OptionalLong end, OptionalLong answerSize) {
        ignoresRanges = start == 0 && end.equals(answerSize) && !asksForAll(chunk, answerSize);
        boolean continuesRemainder =
                answerSize.equals(size) && start == chunk.cursor && !ignoresRanges;
        if (!continuesRemainder) {
            present = new Spans();
        }
        size = answerSize;
        chunk.cursor = start;
        isConfirmed = true;
    }

    private static boolean asksForAll(Chunk chunk, OptionalLong size) {
        return size.isPresent()
                && switch (chunk.asked) {
                    case ByteRange.Between(long start, long end) ->
                            start == 0 && end >= size.getAsLong();
                    case ByteRange.Last(long count) -> count >= size.getAsLong();
                };
    }

    /// `count` bytes were written at the chunk's cursor.
    void wrote(Chunk chunk, long count) {
        present.add(chunk.cursor, chunk.cursor + count);
        chunk.cursor += count;
        isUnderWay = true;
    }

    /// The chunk's body has ended; what it did not bring is missing again.
    void end(Chunk chunk) {
        running.remove(chunk);
        isUnderWay = true;
        if (size.isEmpty()) {
            size = OptionalLong.of(chunk.cursor);
        }
    }

    /// The chunk has broken off; what it did not bring is missing again.
    void fail(Chunk chunk) {
        running.remove(chunk);
        failuresAt.put(chunk.cursor, failures(chunk));
    }

    /// The chunk is given up before anything is known of how it ends.
    void giveBack(Chunk chunk) {
        running.remove(chunk);
    }

    /// How many tries of a part in a row have brought next to nothing, one that fails now included.
    static int failures(Chunk chunk) {
        boolean hasBroughtMuch = chunk.cursor - chunk.claimedAt >= Retries.PROGRESS_BYTES;
        return hasBroughtMuch ? 1 : chunk.failures + 1;
    }

    /// The size of the whole blob, once a source has told it.
    OptionalLong size() {
        return isConfirmed ? size : OptionalLong.empty();
    }

    /// Whether a source has answered, so that what is here is known to be of the right blob's size.
    boolean isConfirmed() {
        return isConfirmed;
    }

    /// How far the bytes from `position` on are here without a gap.
    long presentEnd(long position) {
        return present.endAt(position);
    }

    /// What is worth keeping when the download stops here, as it is now: whoever keeps it syncs the
    /// file first, and what comes meanwhile is not safe by that.
    Optional<IncomingBlob.Remainder> remainder() {
        List<Spans.Span> now = present.toList();
        return size.isPresent() && !now.isEmpty()
                ? Optional.of(new IncomingBlob.Remainder(size.getAsLong(), Spans.of(now)))
                : Optional.empty();
    }

    /// Whether any answer has brought something, here or to an earlier download.
    boolean isUnderWay() {
        return isUnderWay;
    }

    /// Whether there is something to ask for now.
    boolean hasUnclaimed() {
        boolean isOneAtATime = !isConfirmed || size.isEmpty() || ignoresRanges;
        return isOneAtATime ? running.isEmpty() : missing(0) < size.getAsLong();
    }

    boolean isRunning() {
        return !running.isEmpty();
    }

    /// Whether something that comes earlier in the blob is on its way.
    boolean isRunningBefore(Chunk chunk) {
        return running.stream().anyMatch(other -> other.cursor < chunk.cursor);
    }

    private long unclaimed() {
        long blobEnd = size.orElseThrow();
        long onTheirWay =
                running.stream()
                        .mapToLong(chunk -> Math.min(chunk.end, blobEnd) - chunk.cursor)
                        .sum();
        return blobEnd - present.length() - onTheirWay;
    }

    boolean isNearlyDone() {
        return size().isPresent() && present.length() >= size.getAsLong() / 4 * 3;
    }

    private long distance(Wanted wanted) {
        return missing(wanted.position()) - wanted.position();
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
    private Chunk chunkAt(long start, long bytesMax) {
        long gapEnd = gapEnd(start);
        long end = gapEnd - start <= bytesMax ? gapEnd : aligned(start, start + bytesMax);
        return new Chunk(new ByteRange.Between(start, end), start, end, failuresAt(start));
    }

    /// The first position behind `start` that is here or on its way, or the end of the blob.
    private long gapEnd(long start) {
        long end = present.nextStart(start, size.orElse(TO_THE_END));
        for (Chunk chunk : running) {
            if (chunk.cursor > start && chunk.cursor < end) {
                end = chunk.cursor;
            }
        }
        return end;
    }

    /// Where a part that does not fill its gap ends, so that the next one is written well; one that
    /// is shorter than that ends anywhere.
    private static long aligned(long start, long end) {
        long lower = end - end % IncomingBlob.WRITE_BYTES;
        return lower > start ? lower : end;
    }

    private int failuresAt(long start) {
        return Optional.ofNullable(failuresAt.remove(start)).orElse(0);
    }

    /// Whether nothing that this chunk will write is here already or on its way in another.
    private boolean isFree(Chunk chunk) {
        boolean isAbsent =
                present.endAt(chunk.cursor) == chunk.cursor
                        && present.nextStart(chunk.cursor, TO_THE_END) >= chunk.end;
        return isAbsent
                && running.stream()
                        .filter(other -> other != chunk)
                        .allMatch(o -> o.end <= chunk.cursor || chunk.end <= o.cursor);
    }
}
