package dev.tarn.pull;

import java.time.Duration;

/// How blobs are downloaded.
///
/// @param chunkBytes the most that one request to a source asks for
/// @param connections how many requests for one blob are under way at once
/// @param connectionsInAll how many requests for blobs are under way at once at most, whatever the
///   upstream
/// @param prefetchBytesMax the most that a missed image may have in all for its blobs to be fetched
///   ahead of the client; 0 turns that off
/// @param idleTimeout how long a download goes on without a reader
public record DownloadConfig(
        long chunkBytes,
        int connections,
        int connectionsInAll,
        long prefetchBytesMax,
        Duration idleTimeout) {

    public static final DownloadConfig DEFAULT =
            new DownloadConfig(8L << 20, 4, 128, 16L << 30, Duration.ofSeconds(60));

    public DownloadConfig {
        if (chunkBytes < 1
                || connections < 1
                || connectionsInAll < 1
                || prefetchBytesMax < 0
                || idleTimeout.isNegative()) {
            throw new IllegalArgumentException("not a way to download: " + chunkBytes);
        }
    }
}
