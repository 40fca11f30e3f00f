package dev.tarn.storage.eviction;

import java.util.Optional;

/// Says what a blob is worth keeping for. Remembers little, and nothing for each blob: what it
/// notes about one stands in its `Usage`, which the caller keeps. One thread at a time.
public interface EvictionPolicy {

    /// A blob has come.
    ///
    /// @param name a number that stands for its digest
    /// @param now in milliseconds since 1970
    Usage admit(long name, long size, long refetchNanos, long now);

    /// A blob was wanted some more times.
    Usage use(Usage usage, int times, long now);

    /// Of the blobs that are looked at, the one of least worth goes first.
    double worth(Usage usage);

    /// The blob of least worth is to go: what it is from now on if it shall stay this time.
    default Optional<Usage> spare(Usage usage, long now) {
        return Optional.empty();
    }

    /// The blob has gone.
    default void evicted(long name, Usage usage) {}

    /// A blob is there, perhaps from before a restart.
    default void meet(Usage usage) {}
}
