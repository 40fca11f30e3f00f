package dev.tarn.upstream;

/// Blobs and everything else wait separately for connections, so that a manifest or token never
/// waits behind gigabytes.
enum Lane {
    BLOBS,
    METADATA
}
