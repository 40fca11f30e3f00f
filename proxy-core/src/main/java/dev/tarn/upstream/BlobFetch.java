package dev.tarn.upstream;

import dev.tarn.oci.RegistryException.UpstreamFailed;
import dev.tarn.oci.RegistryException.UpstreamFailed.Kind;
import dev.tarn.pull.Source;
import java.util.OptionalLong;

/// The body of an answer about a blob, counted against what its head announced.
final class BlobFetch implements Source.Fetch {
    private final Exchange exchange;
    private final String what;
    private final long start;
    private final OptionalLong length;
    private final OptionalLong announcedSize;
    private volatile OptionalLong end;
    private long received;

    /// @param length the bytes to come; empty where only their end tells
    /// @param size of the whole blob; empty where these bytes are the whole
    BlobFetch(Exchange exchange, String what, long start, OptionalLong length, OptionalLong size) {
        this.exchange = exchange;
        this.what = what;
        this.start = start;
        this.length = length;
        this.announcedSize = size;
        this.end =
                length.isPresent()
                        ? OptionalLong.of(start + length.getAsLong())
                        : OptionalLong.empty();
    }

    @Override
    public long start() {
        return start;
    }

    @Override
    public OptionalLong end() {
        return end;
    }

    @Override
    public OptionalLong size() {
        return announcedSize.isPresent() ? announcedSize : end;
    }

    @Override
    public boolean next(Source.Sink sink) throws InterruptedException {
        boolean isMore =
                exchange.next(pieces -> {
                    received += Source.bytesIn(pieces);
                    if (received > length.orElse(Long.MAX_VALUE)) {
                        throw failed(Kind.BAD_ANSWER, "sent more than it announced");
                    }
                    sink.accept(pieces);
                });
        if (!isMore) {
            if (received < length.orElse(0)) {
                throw failed(Kind.CUT_OFF, "sent less than it announced");
            }
            end = OptionalLong.of(start + received);
        }
        return isMore;
    }

    private UpstreamFailed failed(Kind kind, String how) {
        return new UpstreamFailed(kind, what + ": the upstream " + how);
    }

    @Override
    public void close() {
        exchange.close();
    }
}
