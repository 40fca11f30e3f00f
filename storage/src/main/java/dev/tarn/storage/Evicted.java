package dev.tarn.storage;

/// What has gone, since the start.
public record Evicted(long blobs, long bytes) {

    static final Evicted NOTHING = new Evicted(0, 0);

    Evicted plus(Evicted more) {
        return new Evicted(blobs + more.blobs, bytes + more.bytes);
    }
}
