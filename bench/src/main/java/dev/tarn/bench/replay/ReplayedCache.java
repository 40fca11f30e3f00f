package dev.tarn.bench.replay;

/// A cache of so many bytes that holds no bytes.
interface ReplayedCache {

    /// Whether it is there; if not, it is now, as far as there is room.
    boolean request(int blob, long size);

    /// The bytes of all that had to go.
    long evictedBytes();
}
