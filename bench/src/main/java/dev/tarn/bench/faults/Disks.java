package dev.tarn.bench.faults;

import dev.tarn.bench.machine.Commands;
import dev.tarn.bench.machine.Pause;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/// Small file systems of our own: in memory, or in a file behind a loop device. Needs root. All of
/// them are unmounted at the end.
final class Disks implements AutoCloseable {

    private final Path folder;
    private final Deque<Path> mounted = new ArrayDeque<>();
    private int count;

    Disks(Path folder) {
        this.folder = folder;
    }

    /// In memory, with limits on bytes and inodes; 0 inodes means enough.
    Path tmpfs(long bytes, int inodes) throws IOException {
        Path place = place();
        run(
                "mount",
                "-t",
                "tmpfs",
                "-o",
                "size=" + bytes + (inodes > 0 ? ",nr_inodes=" + inodes : ""),
                "tarn-faults",
                place.toString());
        mounted.push(place);
        return place;
    }

    /// An image of ext4 in a new sparse file.
    static Path ext4(Path image, long bytes, String... options) throws IOException {
        sparse(image, bytes);
        List<String> command =
                new java.util.ArrayList<>(List.of("mkfs.ext4", "-q", "-F", "-m", "0"));
        command.addAll(List.of(options));
        command.add(image.toString());
        run(command.toArray(String[]::new));
        return image;
    }

    /// An image of XFS whose files can share blocks.
    static Path xfs(Path image, long bytes) throws IOException {
        sparse(image, bytes);
        run("mkfs.xfs", "-q", "-f", "-m", "reflink=1", image.toString());
        return image;
    }

    private static void sparse(Path image, long bytes) throws IOException {
        run("truncate", "-s", Long.toString(bytes), image.toString());
    }

    /// Mounts an image through a loop device, which the kernel lets go with the mount.
    Path mount(Path image) throws IOException {
        Path place = place();
        run("mount", "-o", "loop", image.toString(), place.toString());
        mounted.push(place);
        return place;
    }

    void unmount(Path place) throws IOException {
        for (int turn = 0; ; turn++) {
            try {
                run("umount", place.toString());
                mounted.remove(place);
                return;
            } catch (IOException e) {
                if (turn == 50) {
                    throw e;
                }
                Pause.millis(100);
            }
        }
    }

    private Path place() throws IOException {
        return Files.createDirectories(folder.resolve("disk-" + count++));
    }

    static void run(String... command) throws IOException {
        Commands.output(Path.of("/"), List.of(command));
    }

    @Override
    public void close() throws IOException {
        while (!mounted.isEmpty()) {
            unmount(mounted.peek());
        }
    }
}
