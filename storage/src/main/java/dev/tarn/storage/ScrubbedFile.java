package dev.tarn.storage;

import dev.tarn.oci.Digest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One file that is being hashed a piece at a time. Read from the disk itself where the file system
/// allows it: what the page cache says would be no proof, and what clients want must not be pushed
/// out of it.
final class ScrubbedFile implements AutoCloseable {

    /// A multiple of every disk's blocks.
    static final int PIECE_BYTES = 1 << 20;

    /// As much as any disk wants buffers and positions to be a multiple of.
    private static final int ALIGNMENT_BYTES = 4_096;

    private static final Logger LOG = LoggerFactory.getLogger(ScrubbedFile.class);

    private static final Set<OpenOption> DIRECT = direct();

    private final Digest digest;
    private final FileChannel file;
    private final Fingerprint fingerprint;
    private final MessageDigest hash;
    private long position;

    private ScrubbedFile(Digest digest, FileChannel file, Fingerprint fingerprint) {
        this.digest = digest;
        this.file = file;
        this.fingerprint = fingerprint;
        this.hash = digest.algorithm().newHash();
    }

    static ScrubbedFile open(Digest digest, Path place) throws IOException {
        Fingerprint fingerprint = Fingerprint.of(place);
        return new ScrubbedFile(digest, openChannel(place), fingerprint);
    }

    private static FileChannel openChannel(Path place) throws IOException {
        try {
            return FileChannel.open(place, DIRECT);
        } catch (UnsupportedOperationException | FileSystemException e) {
            LOG.debug("{}: read through the page cache", place, e);
            return FileChannel.open(place, StandardOpenOption.READ);
        }
    }

    /// To read, and past the page cache where this JDK can. That option is found by its name, since
    /// no warning of the compiler may be left, and it warns of whoever mentions it.
    private static Set<OpenOption> direct() {
        Set<OpenOption> options = new HashSet<>();
        options.add(StandardOpenOption.READ);
        try {
            Class<?> extended = Class.forName("com.sun.nio.file.ExtendedOpenOption");
            for (Object option : extended.getEnumConstants()) {
                if (option.toString().equals("DIRECT")) {
                    options.add((OpenOption) option);
                }
            }
        } catch (ClassNotFoundException e) {
            LOG.debug("no direct reading", e);
        }
        return options;
    }

    /// A buffer that pieces can be read into.
    static ByteBuffer buffer() {
        return ByteBuffer.allocateDirect(PIECE_BYTES + ALIGNMENT_BYTES)
                .alignedSlice(ALIGNMENT_BYTES)
                .limit(PIECE_BYTES)
                .slice();
    }

    Digest digest() {
        return digest;
    }

    Fingerprint fingerprint() {
        return fingerprint;
    }

    /// Hashes one piece more; how long it was, nought at the end.
    int readOn(ByteBuffer buffer) throws IOException {
        if (position >= fingerprint.size()) {
            return 0;
        }
        int length = Math.max(0, file.read(buffer.clear(), position));
        hash.update(buffer.flip());
        position += length;
        return length;
    }

    /// Whether all of it was read, and was what it should be.
    boolean isRight() {
        return position == fingerprint.size() && Digest.of(digest.algorithm(), hash).equals(digest);
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
