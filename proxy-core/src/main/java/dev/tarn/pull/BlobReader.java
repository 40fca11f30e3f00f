package dev.tarn.pull;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Optional;

/// A blob's file, whole or growing, opened for one reader. What may be read of it is for others to
/// say.
public interface BlobReader extends AutoCloseable {

    /// Reads some of the bytes at `position` that are known to be there; how many, at least one.
    int read(ByteBuffer target, long position) throws IOException;

    /// The file that holds the bytes at the same positions, for whoever can send from it directly.
    /// It belongs to this reader and is closed with it.
    Optional<FileChannel> file();

    @Override
    void close();
}
