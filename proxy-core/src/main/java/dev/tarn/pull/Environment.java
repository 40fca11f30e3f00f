package dev.tarn.pull;

/// What all downloads of one mirror share.
///
/// @param reservoir bounds the memory for what goes past the disk
record Environment(BlobStore store, DownloadConfig config, Ticker ticker, Reservoir reservoir) {

    /// A quarter of the heap that the launcher grants.
    private static final long RESERVOIR_BYTES = 64 << 20;

    Environment(BlobStore store, DownloadConfig config, Ticker ticker) {
        this(store, config, ticker, new Reservoir(RESERVOIR_BYTES));
    }
}
