package dev.tarn.storage;

import dev.tarn.oci.Digest;
import dev.tarn.oci.RegistryException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The tree on disk. The only class that builds paths, and it builds them from digests, never from
/// a stranger's text.
///
/// ```
/// <root>/
///   FORMAT                    the version of this layout
///   PINS                      the pins that were added at run time; there once there were some
///   blobs/sha256/ab/<hex>     whole, verified, read-only
///   blobs/sha512/ab/<hex>
///   incoming/sha256-<hex>     a sparse file that a download is filling
///   quarantine/sha256-<hex>   what failed a check; the latest per digest
///   index/                    RocksDB; its LOCK keeps every other process out of the store
///   index/BROKEN              there once RocksDB has found its own files damaged
///   index.broken-<n>/         an index that could not be read, set aside; the latest is kept for a look
/// ```
record Layout(Path root) {

    private static final String BROKEN_INDEX = "index.broken-";

    Layout {
        root = root.toAbsolutePath().normalize();
    }

    Path format() {
        return root.resolve("FORMAT");
    }

    /// Where a new `format` is written before it is put in its place.
    Path formatDraft() {
        return root.resolve(".FORMAT.new");
    }

    Path pins() {
        return root.resolve("PINS");
    }

    /// Where new `pins` are written before they are put in their place.
    Path pinsDraft() {
        return root.resolve(".PINS.new");
    }

    Path index() {
        return root.resolve("index");
    }

    Path indexBrokenMark() {
        return index().resolve("BROKEN");
    }

    /// Where an index goes that cannot be used: behind those that went before.
    Path nextBrokenIndex() throws IOException {
        return brokenIndex(brokenIndexes().stream().mapToInt(it -> it).max().orElse(0) + 1);
    }

    Path brokenIndex(int n) {
        return root.resolve(BROKEN_INDEX + n);
    }

    /// The numbers of the indexes that were set aside; the highest is the latest.
    List<Integer> brokenIndexes() throws IOException {
        try (Stream<Path> files = Files.list(root)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.matches(Pattern.quote(BROKEN_INDEX) + "[0-9]{1,9}"))
                    .map(name -> Integer.valueOf(name.substring(BROKEN_INDEX.length())))
                    .toList();
        }
    }

    /// Files to try with whether the disk takes anything.
    Path probe() {
        return incoming().resolve(".probe");
    }

    Path indexProbe() {
        return root.resolve(".index-probe");
    }

    Path blobs(Digest.Algorithm algorithm) {
        return root.resolve("blobs").resolve(algorithm.prefix());
    }

    /// The folder of a blob's file.
    Path folder(Digest digest) {
        return folder(digest.algorithm(), Integer.parseInt(digest.hex().substring(0, 2), 16));
    }

    /// The folder of the blobs whose hash begins with a byte.
    Path folder(Digest.Algorithm algorithm, int firstByte) {
        return blobs(algorithm).resolve(HexFormat.of().toHexDigits((byte) firstByte));
    }

    Path blob(Digest digest) {
        return folder(digest).resolve(digest.hex());
    }

    Path incoming() {
        return root.resolve("incoming");
    }

    Path incoming(Digest digest) {
        return incoming().resolve(flatName(digest));
    }

    Path quarantine() {
        return root.resolve("quarantine");
    }

    Path quarantine(Digest digest) {
        return quarantine().resolve(flatName(digest));
    }

    /// The digest whose blob belongs at `file`; empty where no blob does.
    Optional<Digest> digestOfBlob(Digest.Algorithm algorithm, Path file) {
        return parse(algorithm.prefix() + ":" + file.getFileName())
                .filter(digest -> blob(digest).equals(file));
    }

    /// The digest whose incoming file belongs at `file`; empty where none does.
    Optional<Digest> digestOfIncoming(Path file) {
        return parse(file.getFileName().toString().replaceFirst("-", ":"))
                .filter(digest -> incoming(digest).equals(file));
    }

    void createFolders() throws IOException {
        for (Digest.Algorithm algorithm : Digest.Algorithm.values()) {
            Files.createDirectories(blobs(algorithm));
        }
        Files.createDirectories(incoming());
        Files.createDirectories(quarantine());
        Files.createDirectories(index());
        Sync.directory(root.resolve("blobs"));
        Sync.directory(root);
    }

    /// Makes the root where there is none. What was pulled from private repositories is not for
    /// every user of the machine to read.
    void createRoot() throws IOException {
        if (Files.notExists(root)) {
            Files.createDirectories(
                    root,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwxr-x---")));
        }
    }

    private static String flatName(Digest digest) {
        return digest.algorithm().prefix() + "-" + digest.hex();
    }

    private static Optional<Digest> parse(String text) {
        try {
            return Optional.of(Digest.parse(text));
        } catch (RegistryException.Malformed e) {
            return Optional.empty();
        }
    }
}
