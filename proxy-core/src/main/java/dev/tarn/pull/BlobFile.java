package dev.tarn.pull;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.Optional;

/// A whole blob in a file that many readers share.
public interface BlobFile extends BlobContent {

    /// The file, which belongs to all its readers: not to be closed.
    FileChannel channel();

    @Override
    default Optional<FileChannel> file() {
        return Optional.of(channel());
    }

    @Override
    long fileLength() throws IOException;

    /// Whether the bytes from `start` to `end` seem to be in memory, so that no disk is waited for.
    boolean isResident(long start, long end);
}
