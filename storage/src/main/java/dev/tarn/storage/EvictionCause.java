package dev.tarn.storage;

/// Why blobs go.
public enum EvictionCause {
    /// The store would be larger than it may be.
    CAPACITY,
    /// The file system is full, whatever the capacity says.
    DISK_FULL
}
