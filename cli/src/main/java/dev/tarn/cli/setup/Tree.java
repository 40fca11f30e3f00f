package dev.tarn.cli.setup;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/// The files of a machine, by their paths from `/`. A file is either as it was or as it shall be,
/// also after a power cut.
final class Tree {

    private static final int BYTES_MAX = 1 << 20;
    private static final String BACKUP = ".before-tarn";
    private static final String UNFINISHED = ".tarn-unfinished";

    private final Path root;

    /// @param root what `/` stands for
    Tree(Path root) {
        this.root = root.toAbsolutePath().normalize();
    }

    Optional<byte[]> read(String path) {
        Path file = file(path);
        if (Files.isSymbolicLink(file)) {
            throw new SetupException(
                    path + ": is a symbolic link, and would be replaced by a file");
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(BYTES_MAX + 1);
            if (bytes.length > BYTES_MAX) {
                throw new SetupException(path + ": is larger than 1 MiB");
            }
            return Optional.of(bytes);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw failed(path, "cannot be read", e);
        }
    }

    static String backup(String path) {
        return path + BACKUP;
    }

    /// Makes the folder of a file, and those around it.
    ///
    /// @return those that were not there, the outermost first
    List<String> makeFolders(String path) {
        List<String> made = new ArrayList<>();
        for (int slash = path.indexOf('/', 1); slash > 0; slash = path.indexOf('/', slash + 1)) {
            String folder = path.substring(0, slash);
            try {
                if (!Files.isDirectory(file(folder))) {
                    Files.createDirectories(file(folder)); // also the root itself
                    sync(folder(file(folder)));
                    made.add(folder);
                }
            } catch (IOException e) {
                throw failed(folder, "cannot be made", e);
            }
        }
        return made;
    }

    /// Keeps a file, with its mode, owner and time, as its backup.
    void backUp(String path) {
        try {
            Path copy = file(path + UNFINISHED);
            Files.copy(
                    file(path),
                    copy,
                    StandardCopyOption.COPY_ATTRIBUTES,
                    StandardCopyOption.REPLACE_EXISTING);
            sync(copy);
            move(copy, file(backup(path)));
        } catch (IOException e) {
            throw failed(path, "cannot be backed up", e);
        }
    }

    /// Keeps the mode and the owner of what was there.
    void write(String path, byte[] bytes) {
        Path file = file(path);
        Path next = file(path + UNFINISHED);
        try {
            if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                Files.copy(
                        file,
                        next,
                        StandardCopyOption.COPY_ATTRIBUTES,
                        StandardCopyOption.REPLACE_EXISTING);
            } else {
                Files.deleteIfExists(next);
                Files.createFile(next);
                Files.setPosixFilePermissions(next, PosixFilePermissions.fromString("rw-r--r--"));
            }
            Files.write(next, bytes, StandardOpenOption.TRUNCATE_EXISTING);
            sync(next);
            move(next, file);
        } catch (IOException e) {
            throw failed(path, "cannot be written", e);
        }
    }

    /// Puts the backup, if there still is one, where it was.
    void restore(String path) {
        try {
            if (Files.exists(file(backup(path)), LinkOption.NOFOLLOW_LINKS)) {
                move(file(backup(path)), file(path));
            }
        } catch (IOException e) {
            throw failed(path, "cannot be restored", e);
        }
    }

    void delete(String path) {
        try {
            if (Files.deleteIfExists(file(path))) {
                sync(folder(file(path)));
            }
        } catch (IOException e) {
            throw failed(path, "cannot be deleted", e);
        }
    }

    /// Deletes a folder unless something is in it.
    void deleteEmpty(String folder) {
        try {
            Files.deleteIfExists(file(folder));
        } catch (DirectoryNotEmptyException _) {
            // somebody else has put something there, and it stays
        } catch (IOException e) {
            throw failed(folder, "cannot be deleted", e);
        }
    }

    private Path file(String path) {
        Path file = root.resolve(path.substring(1)).normalize();
        if (!path.startsWith("/") || !file.startsWith(root)) {
            throw new SetupException(path + ": is no path from /");
        }
        return file;
    }

    private static Path folder(Path file) {
        return Objects.requireNonNull(file.getParent(), "a file is in a folder");
    }

    private static void move(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        sync(folder(to));
    }

    private static void sync(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static SetupException failed(String path, String what, IOException why) {
        String reason =
                why instanceof AccessDeniedException
                        ? "permission denied; is this root?"
                        : String.valueOf(why.getMessage());
        return new SetupException(path + ": " + what + ": " + reason, why);
    }
}
