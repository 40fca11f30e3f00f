package dev.tarn.cli.doctor;

import java.io.IOException;
import java.nio.file.Path;

/// Asks how full file systems are.
@FunctionalInterface
interface FileSystems {

    /// How full one is, as `df` and `df -i` have it: what only root may still take is not left.
    ///
    /// @param files how many inodes there are; 0 where the file system makes them as it likes
    record Fullness(long bytes, long usedBytes, long leftBytes, long files, long leftFiles) {

        /// The share of the bytes that is taken, from 0 to 1.
        double bytesShare() {
            return share(usedBytes, leftBytes);
        }

        /// The share of the inodes that is taken, from 0 to 1.
        double filesShare() {
            return files == 0 ? 0 : share(files - leftFiles, leftFiles);
        }

        private static double share(long used, long left) {
            return used + left == 0 ? 0 : (double) used / (used + left);
        }
    }

    /// Of the one that holds `path`, which exists.
    Fullness of(Path path) throws IOException;
}
