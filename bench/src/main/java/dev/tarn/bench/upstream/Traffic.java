package dev.tarn.bench.upstream;

import java.util.concurrent.atomic.LongAdder;

/// What an upstream was asked for. Only grows: take the difference.
public final class Traffic {

    private final LongAdder connections = new LongAdder();
    private final LongAdder requests = new LongAdder();
    private final LongAdder blobRequests = new LongAdder();
    private final LongAdder blobBytes = new LongAdder();

    void connected() {
        connections.increment();
    }

    void asked() {
        requests.increment();
    }

    void askedForBlob() {
        blobRequests.increment();
    }

    void sent(long bytes) {
        blobBytes.add(bytes);
    }

    public long connections() {
        return connections.sum();
    }

    public long requests() {
        return requests.sum();
    }

    /// Only GET.
    public long blobRequests() {
        return blobRequests.sum();
    }

    /// Bytes of blobs that were handed to the network.
    public long blobBytes() {
        return blobBytes.sum();
    }
}
