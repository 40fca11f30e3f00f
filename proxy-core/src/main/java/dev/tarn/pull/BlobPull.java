package dev.tarn.pull;

/// A blob for one reader, and how it came about.
public record BlobPull(BlobContent content, Outcome outcome) {}
