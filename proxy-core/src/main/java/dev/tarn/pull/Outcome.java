package dev.tarn.pull;

/// How an answer came about.
public enum Outcome {
    /// Stored, and nobody was asked.
    HIT,
    /// A download or fetch under way was joined.
    JOIN,
    /// Fetched for this request.
    MISS,
    /// Stored, and the upstream said that it is still so.
    REVALIDATED,
    /// Stored and past its time, but the upstream could not be asked.
    STALE,
    /// Nothing came of it.
    FAILED
}
