package dev.tarn.storage;

import dev.tarn.pull.BlobReader;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A file opened for one reader: nothing that happens to its name disturbs the reading.
final class DiskBlobReader implements BlobReader {

    private static final Logger LOG = LoggerFactory.getLogger(DiskBlobReader.class);

    private final FileChannel file;

    DiskBlobReader(FileChannel file) {
        this.file = file;
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
        int length = file.read(target, position);
        if (length < 0) {
            throw new EOFException("the file ends before byte " + position);
        }
        return length;
    }

    @Override
    public Optional<FileChannel> file() {
        return Optional.of(file);
    }

    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException e) {
            LOG.warn("a file that was only read could not be closed", e);
        }
    }
}
