package dev.tarn.pull;

import java.io.IOException;
import java.io.Serial;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A blob on its way in: written at any position, in any order, while others read what is there.
/// Invisible to `BlobStore.find` until it is committed. There need not be a file before somebody
/// writes or reads.
public interface IncomingBlob extends AutoCloseable {

    /// As much as is written best with one call, from a multiple of it: a system keeps that
    /// together.
    int WRITE_BYTES = 256 << 10;

    /// What an earlier download of this blob left behind safely: the size of the whole blob, and
    /// the parts of it that are here. Nobody has verified them.
    Optional<Remainder> remainder();

    /// The parts of a blob of `size` bytes that are on disk.
    record Remainder(long size, Spans spans) {}

    /// The disk did not take what it had been given, and may give back anything in its place from
    /// now on: nothing of this file may be trusted any more, by whoever reads it either.
    final class SyncFailed extends IOException {
        @Serial private static final long serialVersionUID = 1L;

        public SyncFailed(String file, @Nullable Throwable cause) {
            super(file + ": what was written may be lost", cause);
        }
    }

    /// Makes sure that there will be room for all of the blob, and holds it until the file is
    /// closed. Throws where there can be none.
    void reserve(long size) throws IOException;

    /// Writes all remaining bytes of the pieces, one behind the other, at `position`.
    void write(long position, ByteBuffer... pieces) throws IOException;

    /// Opens the file for one reader.
    BlobReader open() throws IOException;

    /// Syncs the bytes, puts the file in its final place under its digest, and lets it be found.
    /// The caller has verified `size` bytes against the digest. Once this returns, a power cut
    /// loses nothing. Throws `SyncFailed` if this or an earlier sync failed, and another exception
    /// if the file is right and only cannot be stored.
    ///
    /// @param refetchTime how long it would take to fetch the blob again, as far as can be told
    void commit(long size, Duration refetchTime) throws IOException;

    /// Syncs what is here and keeps it for the next `begin` of this digest. May be called again
    /// while the file is being filled; the last call counts. Does nothing once it is committed.
    /// Throws `SyncFailed` as `commit` does.
    void keep(Remainder remainder) throws IOException;

    /// Lets go. What was neither committed nor kept is deleted; open readers go on reading it.
    @Override
    void close();
}
