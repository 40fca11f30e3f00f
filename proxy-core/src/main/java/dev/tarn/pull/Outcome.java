package dev.tarn.pull;

/// How an answer came about.
public enum Outcome {
    /// Stored. Where nobody had told yet that this repository holds it, the upstream was asked
    /// first.
    HIT,
    /// A blob's download under way was joined.
    JOIN,
    /// Fetched for this request, or together with others for the same manifest.
    MISS,
    /// Stored, and the upstream said that it is still so.
    REVALIDATED,
    /// Stored and past its time, but the upstream could not be asked.
    STALE,
    /// Nothing came of it.
    FAILED
}
