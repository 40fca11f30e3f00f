package dev.tarn.bench.faults;

import dev.tarn.bench.fixture.Blob;
import dev.tarn.bench.fixture.Fixtures;
import dev.tarn.bench.machine.ChangingFolder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/// The files of a store, as anybody can see them from outside.
record Tree(Path root) {

    Path blobs() {
        return root.resolve("blobs");
    }

    Path index() {
        return root.resolve("index");
    }

    /// Where the file of a blob belongs.
    Path place(Blob blob) {
        String hex = blob.digest().substring(blob.digest().indexOf(':') + 1);
        return blobs().resolve("sha256").resolve(hex.substring(0, 2)).resolve(hex);
    }

    boolean has(Blob blob) {
        return Files.exists(place(blob));
    }

    List<Path> blobFiles() throws IOException {
        return new ChangingFolder(blobs()).files();
    }

    /// What downloads have left.
    List<Path> incoming() throws IOException {
        return new ChangingFolder(root.resolve("incoming")).files();
    }

    List<Path> quarantined() throws IOException {
        return new ChangingFolder(root.resolve("quarantine")).files();
    }

    long bytes() throws IOException {
        long sum = 0;
        for (Path file : Stream.concat(blobFiles().stream(), incoming().stream()).toList()) {
            sum += blocks(file);
        }
        return sum;
    }

    /// What a sparse file takes of the disk; nothing where it has just gone.
    private static long blocks(Path file) {
        try {
            return ((Number) Files.getAttribute(file, "unix:size")).longValue();
        } catch (IOException e) {
            return 0;
        }
    }

    static boolean isNamedByItsHash(Path file) throws IOException {
        MessageDigest hash = Fixtures.sha256();
        try (InputStream in = Files.newInputStream(file)) {
            byte[] buffer = new byte[1 << 17];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                hash.update(buffer, 0, count);
            }
        } catch (NoSuchFileException e) {
            return true; // evicted meanwhile
        }
        String hex = HexFormat.of().formatHex(hash.digest());
        return file.endsWith(Path.of(hex.substring(0, 2), hex));
    }
}
