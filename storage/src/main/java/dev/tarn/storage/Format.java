package dev.tarn.storage;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.stream.Stream;

/// Which layout a store has. A store of another layout, and a folder that is no store, are left
/// alone.
final class Format {

    private static final String CURRENT = "1";
    private static final int LENGTH_MAX = 32;

    private Format() {}

    /// Checks a store's format; an empty folder becomes a store of the current one.
    static void check(Layout layout) throws IOException {
        if (Files.exists(layout.format())) {
            String found = read(layout.format());
            if (!found.equals(CURRENT)) {
                throw new IOException(
                        "%s says '%s': this Tarn knows store format %s only; a newer one wrote it, or it is not a store"
                                .formatted(layout.format(), found, CURRENT));
            }
            return;
        }
        if (!isEmpty(layout.root())) {
            throw new IOException(
                    layout.root()
                            + " has no FORMAT file and is not empty: not a store, and not taken for a new one");
        }
        write(layout);
    }

    private static String read(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return new String(in.readNBytes(LENGTH_MAX), ISO_8859_1).strip();
        }
    }

    /// A fresh volume may bring hidden files and the file system's own `lost+found`.
    private static boolean isEmpty(Path root) throws IOException {
        try (Stream<Path> files = Files.list(root)) {
            return files.map(file -> file.getFileName().toString())
                    .allMatch(name -> name.startsWith(".") || name.equals("lost+found"));
        }
    }

    private static void write(Layout layout) throws IOException {
        try (FileChannel file =
                FileChannel.open(layout.formatDraft(), CREATE, TRUNCATE_EXISTING, WRITE)) {
            ByteBuffer text = ByteBuffer.wrap((CURRENT + "\n").getBytes(ISO_8859_1));
            while (text.hasRemaining()) {
                file.write(text);
            }
            file.force(true);
        }
        Files.move(layout.formatDraft(), layout.format(), StandardCopyOption.ATOMIC_MOVE);
        Sync.directory(layout.root());
    }
}
