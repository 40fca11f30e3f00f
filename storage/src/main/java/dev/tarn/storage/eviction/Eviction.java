package dev.tarn.storage.eviction;

/// The policies that there are.
public enum Eviction {
    GDSF,
    LRU,
    S3_FIFO;

    /// A new one, that has seen nothing.
    ///
    /// @param now in milliseconds since 1970
    public EvictionPolicy policy(long capacityBytes, long now) {
        return switch (this) {
            case GDSF -> new Gdsf();
            case LRU -> new Lru();
            case S3_FIFO -> new S3Fifo(capacityBytes, now);
        };
    }
}
