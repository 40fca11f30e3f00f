package dev.tarn.pull;

/// The size of a blob in bytes, and how we know it.
public record BlobSize(long bytes, Outcome outcome) {}
