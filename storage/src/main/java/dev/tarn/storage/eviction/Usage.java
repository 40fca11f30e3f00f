package dev.tarn.storage.eviction;

/// What is known of a blob that may have to go.
///
/// @param size in bytes
/// @param refetchNanos how long it would take to fetch it again
/// @param uses how often it was wanted, the pull that brought it included
/// @param usedAt when it was last wanted, in milliseconds since 1970
/// @param mark what the policy noted when the blob came or was last used, in the policy's own unit
public record Usage(long size, long refetchNanos, int uses, long usedAt, double mark) {

    /// A round trip, and 12.5 MB/s.
    private static final long LATENCY_NANOS = 100_000_000;

    private static final long NANOS_PER_BYTE = 80;

    /// Of a blob of which nothing was noted: wanted once, and long ago.
    public static Usage unknown(long size) {
        return new Usage(size, refetchNanos(size), 1, 0, 0);
    }

    /// A guess, for whoever has not measured it.
    public static long refetchNanos(long size) {
        return LATENCY_NANOS + size * NANOS_PER_BYTE;
    }
}
