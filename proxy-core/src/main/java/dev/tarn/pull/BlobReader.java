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
    /// Others may read it too: only a thread that nobody interrupts may use it, since an interrupt
    /// would close it for all.
    Optional<FileChannel> file();

    /// How long that file is now. Any thread may ask: where others read the file too, it is found
    /// out in a way that no interrupt disturbs.
    default long fileLength() throws IOException {
        return file().orElseThrow().size();
    }

    @Override
    void close();
}
