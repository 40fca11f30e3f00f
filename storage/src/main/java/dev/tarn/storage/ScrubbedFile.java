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
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One file that is being hashed a piece at a time. Read from the disk itself where the file system
/// allows it: what the page cache says would be no proof, and what clients want must not be pushed
/// out of it.
final class ScrubbedFile implements AutoCloseable {

    /// Opens a file to be read from the disk itself, where that can be.
    @FunctionalInterface
    interface Disk {
        FileChannel open(Path place) throws IOException;
    }

    /// A multiple of every disk's blocks.
    static final int PIECE_BYTES = 1 << 20;

    /// As much as any disk wants buffers and positions to be a multiple of.
    private static final int ALIGNMENT_BYTES = 4_096;

    private static final Logger LOG = LoggerFactory.getLogger(ScrubbedFile.class);

    private static final Set<OpenOption> DIRECT = direct();

    private final Digest digest;
    private final Path place;
    private final Fingerprint fingerprint;
    private final MessageDigest hash;
    private FileChannel file;
    private long position;

    private ScrubbedFile(Digest digest, Path place, Fingerprint fingerprint, FileChannel file) {
        this.digest = digest;
        this.place = place;
        this.fingerprint = fingerprint;
        this.hash = digest.algorithm().newHash();
        this.file = file;
    }

    static ScrubbedFile open(Digest digest, Path place, Disk disk) throws IOException {
        Fingerprint fingerprint = Fingerprint.of(place);
        return new ScrubbedFile(digest, place, fingerprint, disk.open(place));
    }

    /// Past the page cache, where file system and JDK can.
    static FileChannel openDirect(Path place) throws IOException {
        try {
            return FileChannel.open(place, DIRECT);
        } catch (UnsupportedOperationException | FileSystemException e) {
            if (e instanceof IOException failure && Descriptors.areExhausted(failure)) {
                throw failure;
            }
            LOG.debug("{}: read through the page cache", place, e);
            return FileChannel.open(place, StandardOpenOption.READ);
        }
    }

    /// What a file looks like whose bytes, read at once to the end, are right. What keeps it from
    /// being opened is no damage; what keeps it from being read is.
    static Optional<Fingerprint> right(Digest digest, Path place, Disk disk) throws IOException {
        try (ScrubbedFile file = open(digest, place, disk)) {
            return file.readsToTheEnd() && file.isRight()
                    ? Optional.of(file.fingerprint())
                    : Optional.empty();
        }
    }

    private boolean readsToTheEnd() {
        ByteBuffer buffer = buffer();
        try {
            int length = readOn(buffer);
            while (length > 0) {
                length = readOn(buffer);
            }
            return true;
        } catch (IOException e) {
            LOG.error("blob {} cannot be read to its end", digest, e);
            return false;
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
        int length = Math.max(0, read(buffer.clear()));
        hash.update(buffer.flip());
        position += length;
        return length;
    }

    /// Some file systems let a file be opened for direct reading and then refuse to read, or want
    /// larger blocks than any disk. That shows at once, and is no damage.
    private int read(ByteBuffer buffer) throws IOException {
        try {
            return file.read(buffer, position);
        } catch (IOException e) {
            if (position > 0 || !isRefused(e)) {
                throw e;
            }
            LOG.debug("{}: read through the page cache", place, e);
            file.close();
            file = FileChannel.open(place, StandardOpenOption.READ);
            return file.read(buffer, position);
        }
    }

    /// There is no type for it: these are the words of the C library for EINVAL, and of the JDK.
    private static boolean isRefused(IOException e) {
        String why = String.valueOf(e.getMessage());
        return why.contains("Invalid argument") || why.contains("a multiple of the block size");
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
