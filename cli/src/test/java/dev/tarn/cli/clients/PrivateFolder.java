package dev.tarn.cli.clients;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// A folder for one test. Its path is short, because the path of a Unix socket may have 107 bytes
/// at most. When it is closed, whatever is still mounted in it is unmounted and everything in it is
/// deleted.
record PrivateFolder(Path path) implements Closeable {

    static PrivateFolder create() throws IOException {
        return new PrivateFolder(Files.createTempDirectory(Path.of("/tmp"), "tarn"));
    }

    /// A new folder in this one.
    Path folder(String name) throws IOException {
        return Files.createDirectories(path.resolve(name));
    }

    @Override
    public void close() throws IOException {
        for (String mount : mounts()) {
            Command.of("umount", "--lazy", mount).run();
        }
        try (Stream<Path> files = Files.walk(path)) {
            files.sorted(Comparator.reverseOrder()).forEach(PrivateFolder::delete);
        }
    }

    /// What is mounted in this folder, innermost first.
    private List<String> mounts() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/mounts")).stream()
                .map(line -> line.split(" ", 3)[1])
                .filter(mount -> mount.startsWith(path + "/"))
                .sorted(Comparator.reverseOrder())
                .toList();
    }

    private static void delete(Path file) {
        try {
            Files.delete(file);
        } catch (IOException undeletable) {
            throw new UncheckedIOException(undeletable);
        }
    }
}
