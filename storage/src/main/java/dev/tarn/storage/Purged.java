package dev.tarn.storage;

/// What a purge took away, or would take away.
///
/// @param blobs that are gone
/// @param sharedBlobs that stay, because something else refers to them
/// @param busyBlobs that are being read or filled, and go once they are free
public record Purged(
        int manifests,
        int blobs,
        long bytes,
        int sharedBlobs,
        long sharedBytes,
        int busyBlobs,
        long busyBytes) {}
