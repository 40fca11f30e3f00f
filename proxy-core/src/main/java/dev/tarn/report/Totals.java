package dev.tarn.report;

/// What was counted since the start, all upstreams together.
///
/// @param requests answers about blobs and manifests
/// @param hits those for which nothing had to be fetched
/// @param servedBytes that went to clients
/// @param savedBytes those that did not come from an upstream for it
/// @param pulledBytes that came from upstreams
public record Totals(
        long requests,
        long hits,
        long misses,
        long servedBytes,
        long savedBytes,
        long pulledBytes) {

    static final Totals NOTHING = new Totals(0, 0, 0, 0, 0, 0);

    /// What has come since.
    public Totals minus(Totals before) {
        return new Totals(
                requests - before.requests,
                hits - before.hits,
                misses - before.misses,
                servedBytes - before.servedBytes,
                savedBytes - before.savedBytes,
                pulledBytes - before.pulledBytes);
    }
}
