package dev.tarn.cli.doctor;

import dev.tarn.config.TarnConfig;
import dev.tarn.storage.Capacity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/// Looks at the folder of the store and at the disk that it is on. Changes nothing: a mirror may be
/// at work there.
final class StoreFolder {
    private static final String FOLDER = "storage.rootdirectory";
    private static final String DISK = "disk";
    private static final double WARNING_SHARE = 0.90;
    private static final double PROBLEM_SHARE = 0.98;

    private final Path root;
    private final Capacity capacity;
    private final FileSystems fileSystems;

    StoreFolder(TarnConfig config, FileSystems fileSystems) {
        this.root = config.rootDirectory().toAbsolutePath();
        this.capacity = config.store().budget().capacity();
        this.fileSystems = fileSystems;
    }

    List<Finding> findings() {
        List<Finding> findings = new ArrayList<>();
        Path existing = root;
        while (!Files.exists(existing) && existing.getParent() != null) {
            existing = existing.getParent();
        }
        findings.add(folder(existing));
        try {
            FileSystems.Fullness disk = fileSystems.of(existing);
            findings.add(
                    fullness("bytes", disk.bytesShare(), disk.leftBytes() / 1_000_000 + " MB"));
            if (disk.files() > 0) {
                findings.add(fullness("inodes", disk.filesShare(), disk.leftFiles() + " inodes"));
            }
            if (capacity instanceof Capacity.Bytes(long bytes) && bytes > disk.bytes()) {
                findings.add(tooSmall(bytes, disk.bytes()));
            }
        } catch (IOException e) {
            findings.add(
                    Finding.problem(DISK, String.valueOf(e.getMessage()), "check what is mounted"));
        }
        return findings;
    }

    /// @param existing the folder itself, or the one in which it would be made
    private Finding folder(Path existing) {
        String who = System.getProperty("user.name");
        if (!Files.isDirectory(existing)) {
            return Finding.problem(
                    FOLDER, existing + " is no folder", "name a folder, or move the file away");
        }
        List<Path> refused =
                Stream.of(existing, root.resolve("blobs"), root.resolve("index"))
                        .filter(Files::exists)
                        .filter(path -> !Files.isWritable(path))
                        .toList();
        if (!refused.isEmpty()) {
            return Finding.problem(
                    FOLDER,
                    refused.getFirst() + " may not be written by " + who,
                    "change its owner or what is mounted there, or name another folder");
        }
        String isThere = existing.equals(root) ? " is there" : " will be made";
        return Finding.ok(FOLDER, root + isThere + ", and " + who + " may write there");
    }

    private static Finding fullness(String of, double share, String left) {
        String what =
                String.format(
                        Locale.ROOT,
                        "%.0f %% of its %s are taken, %s are left",
                        Math.floor(share * 100),
                        of,
                        left);
        if (share < WARNING_SHARE) {
            return Finding.ok(DISK, what);
        }
        String remedy = "delete other files there, lower storage.capacity, or get a larger disk";
        return share < PROBLEM_SHARE
                ? Finding.warning(DISK, what, remedy)
                : Finding.problem(DISK, what, remedy);
    }

    private static Finding tooSmall(long capacity, long disk) {
        return Finding.problem(
                "storage.capacity",
                capacity / 1_000_000
                        + " MB are more than the disk has: "
                        + disk / 1_000_000
                        + " MB",
                "lower it: 80% leaves room for what else is written there");
    }
}
