package dev.tarn.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.oci.ByteRange;
import dev.tarn.oci.Digest;
import dev.tarn.oci.RegistryException;
import dev.tarn.pull.Source;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// However an answer ends, its buffers are given back and its connection is closed or kept.
class LeakTest {
    private static final List<Fault> FAULTS =
            List.of(
                    Fault.latency(Duration.ZERO),
                    Fault.cutAfter(50_000),
                    Fault.resetAfter(50_000),
                    Fault.chunked().and(Fault.longBy(100_000)),
                    Fault.chunked().and(Fault.shortBy(100_000)),
                    Fault.contentRange("bytes 1-2/3"),
                    Fault.header("Content-Encoding", "br"),
                    Fault.status(500).and(Fault.body("text/plain", "x".repeat(300_000))),
                    Fault.raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcdefgh"),
                    Fault.raw("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nabcdefgh"));

    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true);

    private long usedBytes() {
        return allocator.metric().usedDirectMemory() + allocator.metric().usedHeapMemory();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void givesBackEveryBuffer(boolean readsAll) throws InterruptedException {
        try (FakeRegistry registry = FakeRegistry.start();
                Strangers strangers = new Strangers().allocator(allocator)) {
            HttpUpstream upstream = strangers.upstream(registry);
            Digest digest = registry.addBlob("library/app", Strangers.bytes(300_000));
            for (Fault fault : FAULTS) {
                registry.heal();
                registry.inject(fault);
                for (int i = 0; i < 10; i++) {
                    pull(upstream, digest, readsAll);
                }
            }
        }

        assertThat(usedBytes()).isZero();
    }

    @Test
    void aLeakWouldBeNoticed() throws InterruptedException {
        try (FakeRegistry registry = FakeRegistry.start();
                Strangers strangers = new Strangers().allocator(allocator)) {
            Digest digest = registry.addBlob("library/app", Strangers.bytes(300_000));
            HttpUpstream upstream = strangers.upstream(registry);
            try (Source.Fetch fetch =
                    upstream.source(Strangers.APP, digest).fetch(ByteRange.whole())) {
                fetch.next(_ -> assertThat(usedBytes()).isPositive());
            }
        }
    }

    private static void pull(HttpUpstream upstream, Digest digest, boolean readsAll)
            throws InterruptedException {
        try (Source.Fetch fetch = upstream.source(Strangers.APP, digest).fetch(ByteRange.whole())) {
            boolean isMore = fetch.next(_ -> {});
            while (readsAll && isMore) {
                isMore = fetch.next(_ -> {});
            }
        } catch (RegistryException e) {
            assertThat(e.getMessage()).isNotEmpty(); // which one is for other tests to say
        }
    }
}
