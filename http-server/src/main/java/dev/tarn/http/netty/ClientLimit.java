package dev.tarn.http.netty;

/// Where a client is turned away, so that what there is lasts for the others.
public enum ClientLimit {
    /// `Limits.connections`, of all clients together.
    CONNECTIONS,

    /// `Limits.connectionsPerClient`.
    CONNECTIONS_PER_CLIENT,

    /// `Limits.requestsPerClient`.
    REQUESTS_PER_CLIENT,

    /// `Limits.unfinishedHeads`, of all clients together.
    UNFINISHED_HEADS,

    /// What the process may have open: some of it is kept for files and upstreams.
    DESCRIPTORS
}
