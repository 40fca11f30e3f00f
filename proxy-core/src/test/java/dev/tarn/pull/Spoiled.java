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
        boolean isMore = fetch.next(pieces -> pass(pieces, sink));
        if (bytesLeft <= 0) {
            throw failure;
        }
        return isMore;
    }

    private void pass(ByteBuffer[] pieces, Source.Sink sink) {
        for (ByteBuffer piece : pieces) {
            piece.limit(piece.position() + (int) Math.min(piece.remaining(), bytesLeft));
            bytesLeft -= piece.remaining();
        }
        sink.accept(pieces);
    }

    @Override
    public void close() {
        fetch.close();
    }
}
