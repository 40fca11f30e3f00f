package dev.tarn.cli;

import dev.tarn.oci.Digest;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/// A slow line to a registry: each request waits, each connection is slow, and the bytes that cross
/// are counted by the digest that they belong to. The threads that send over it wait in it.
final class SlowLink {

    private static final int PIECE_BYTES = 64 << 10;

    private final Duration latency;
    private final long bytesPerSecond;
    private final Map<Digest, LongAdder> carried = new ConcurrentHashMap<>();

    SlowLink(Duration latency, long bytesPerSecond) {
        this.latency = latency;
        this.bytesPerSecond = bytesPerSecond;
    }

    @Override
    public String toString() {
        return "a link with %d ms and %d MB/s per connection"
                .formatted(latency.toMillis(), bytesPerSecond / 1_000_000);
    }

    void awaitLatency() throws InterruptedException {
        Thread.sleep(latency);
    }

    void send(Digest digest, ByteBuffer bytes, OutputStream out)
            throws IOException, InterruptedException {
        LongAdder count = carried.computeIfAbsent(digest, _ -> new LongAdder());
        long startedNanos = System.nanoTime();
        byte[] piece = new byte[PIECE_BYTES];
        long sent = 0;
        while (bytes.hasRemaining()) {
            int length = Math.min(piece.length, bytes.remaining());
            bytes.get(piece, 0, length);
            sent += length;
            long dueNanos = startedNanos + sent * 1_000_000_000L / bytesPerSecond;
            Thread.sleep(Duration.ofNanos(Math.max(0, dueNanos - System.nanoTime())));
            out.write(piece, 0, length);
            count.add(length);
        }
    }

    /// How many bytes crossed since they were last taken.
    long carriedBytes() {
        return carried.values().stream().mapToLong(LongAdder::sum).sum();
    }

    /// The bytes that crossed since the last time this was asked, by digest.
    Map<Digest, Long> takeCarried() {
        Map<Digest, Long> taken = new HashMap<>();
        carried.forEach((digest, count) -> taken.put(digest, count.sumThenReset()));
        taken.values().removeIf(bytes -> bytes == 0);
        return taken;
    }
}
