package dev.tarn.storage;

/// How much the store may hold: so many bytes, or a part of the file system that it is on.
public sealed interface Capacity {

    record Bytes(long bytes) implements Capacity {
        public Bytes {
            if (bytes < 1) {
                throw new IllegalArgumentException("nothing can be stored in " + bytes + " bytes");
            }
        }
    }

    record Percent(int percent) implements Capacity {
        public Percent {
            if (percent < 1 || percent > 100) {
                throw new IllegalArgumentException("no share: " + percent + " %");
            }
        }
    }

    /// In bytes, on a file system of this size.
    default long of(long fileSystemBytes) {
        return switch (this) {
            case Bytes(long bytes) -> bytes;
            case Percent(int percent) -> fileSystemBytes / 100 * percent;
        };
    }
}
