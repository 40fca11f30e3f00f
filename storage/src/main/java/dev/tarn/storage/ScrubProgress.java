package dev.tarn.storage;

import dev.tarn.oci.Digest;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Optional;

/// How far the scrub has come. Kept in the index, so that a restart goes on from there.
///
/// @param started when the present pass began, or the last one where none is going on
/// @param finished when the last pass that came to its end did so
/// @param position the blob that was looked at last; empty where no pass is going on
/// @param blobs how many blobs were looked at in this pass
/// @param bytes and how many bytes they had
/// @param damaged how many of them were damaged
public record ScrubProgress(
        Optional<Instant> started,
        Optional<Instant> finished,
        Optional<Digest> position,
        long blobs,
        long bytes,
        long damaged) {

    static final ScrubProgress NEVER =
            new ScrubProgress(Optional.empty(), Optional.empty(), Optional.empty(), 0, 0, 0);

    /// How much of the pass is done, from 0 to 1: hashes are spread evenly.
    public double fraction() {
        return position.map(digest ->
                        switch (digest.algorithm()) {
                            case SHA256 -> Integer.parseInt(digest.hex(), 0, 4, 16) / 65_536.0;
                            case SHA512 -> 1.0; // of which there are hardly any
                        })
                .orElse(finished.isPresent() ? 1.0 : 0.0);
    }

    ScrubProgress begun(Instant now) {
        return new ScrubProgress(Optional.of(now), finished, Optional.empty(), 0, 0, 0);
    }

    ScrubProgress past(Digest digest, long size, boolean isDamaged) {
        return new ScrubProgress(
                started,
                finished,
                Optional.of(digest),
                blobs + 1,
                bytes + size,
                damaged + (isDamaged ? 1 : 0));
    }

    ScrubProgress ended(Instant now) {
        return new ScrubProgress(
                started, Optional.of(now), Optional.empty(), blobs, bytes, damaged);
    }

    byte[] toRow() {
        byte[] key = position.map(RowKey::of).orElse(new byte[0]);
        return Row.write(
                5 * Long.BYTES + key.length,
                row ->
                        row.putLong(seconds(started))
                                .putLong(seconds(finished))
                                .putLong(blobs)
                                .putLong(bytes)
                                .putLong(damaged)
                                .put(key));
    }

    static ScrubProgress ofRow(ByteBuffer row) {
        Optional<Instant> started = instant(row.getLong());
        Optional<Instant> finished = instant(row.getLong());
        long blobs = row.getLong();
        long bytes = row.getLong();
        long damaged = row.getLong();
        Optional<Digest> position =
                row.hasRemaining()
                        ? Optional.of(RowKey.digest(Row.bytes(row, row.remaining())))
                        : Optional.empty();
        return new ScrubProgress(started, finished, position, blobs, bytes, damaged);
    }

    private static long seconds(Optional<Instant> time) {
        return time.map(Instant::getEpochSecond).orElse(Long.MIN_VALUE);
    }

    private static Optional<Instant> instant(long seconds) {
        return seconds == Long.MIN_VALUE
                ? Optional.empty()
                : Optional.of(Instant.ofEpochSecond(seconds));
    }
}
