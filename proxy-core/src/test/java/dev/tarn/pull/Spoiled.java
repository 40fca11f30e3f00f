package dev.tarn.pull;

import dev.tarn.oci.RegistryException;
import java.nio.ByteBuffer;
import java.util.OptionalLong;

/// An answer that breaks off after so many bytes.
final class Spoiled implements Source.Fetch {

    private final Source.Fetch fetch;
    private final RegistryException failure;
    private long bytesLeft;

    Spoiled(Source.Fetch fetch, long bytes, RegistryException failure) {
        this.fetch = fetch;
        this.bytesLeft = bytes;
        this.failure = failure;
    }

    @Override
    public long start() {
        return fetch.start();
    }

    @Override
    public OptionalLong end() {
        return fetch.end();
    }

    @Override
    public OptionalLong size() {
        return fetch.size();
    }

    @Override
    public boolean next(Source.Sink sink) throws InterruptedException {
        boolean isMore = fetch.next(bytes -> pass(bytes, sink));
        if (bytesLeft <= 0) {
            throw failure;
        }
        return isMore;
    }

    private void pass(ByteBuffer bytes, Source.Sink sink) {
        bytes.limit(bytes.position() + (int) Math.min(bytes.remaining(), bytesLeft));
        bytesLeft -= bytes.remaining();
        sink.accept(bytes);
    }

    @Override
    public void close() {
        fetch.close();
    }
}
