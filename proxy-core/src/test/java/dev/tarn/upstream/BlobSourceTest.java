package dev.tarn.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.tarn.oci.ByteRange;
import dev.tarn.oci.Digest;
import dev.tarn.oci.ErrorCode;
import dev.tarn.oci.RegistryException.Unknown;
import dev.tarn.oci.RegistryException.UpstreamFailed;
import dev.tarn.oci.RegistryException.UpstreamFailed.Kind;
import dev.tarn.pull.Source;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BlobSourceTest {
    private final FakeRegistry registry = FakeRegistry.start();
    private final Strangers strangers = new Strangers().connections(2);
    private final HttpUpstream upstream = strangers.upstream(registry);
    private final byte[] bytes = Strangers.bytes(300_000);
    private final Digest digest = registry.addBlob("library/app", bytes);

    @AfterEach
    void close() {
        strangers.close();
        registry.close();
    }

    private static void assertFails(Kind kind, ThrowingCallable call) {
        assertThatExceptionOfType(UpstreamFailed.class)
                .isThrownBy(call)
                .satisfies(failure -> assertThat(failure.kind()).isEqualTo(kind));
    }

    private Source.Fetch fetch(ByteRange range) throws InterruptedException {
        return upstream.source(Strangers.APP, digest).fetch(range);
    }

    private byte[] pull() throws InterruptedException {
        return Strangers.pullBlob(upstream, digest);
    }

    @Test
    void fetchesAllOfIt() throws InterruptedException {
        try (Source.Fetch fetch = fetch(ByteRange.whole())) {
            assertThat(fetch.start()).isZero();
            assertThat(fetch.end()).hasValue(bytes.length);
            assertThat(fetch.size()).hasValue(bytes.length);
            assertThat(Strangers.readAll(fetch)).isEqualTo(bytes);
        }
        assertThat(registry.requests().getFirst().header("Range")).contains("bytes=0-");
        assertThat(pull()).isEqualTo(bytes);
        assertThat(registry.connections()).isEqualTo(1);
    }

    @Test
    void fetchesAPart() throws InterruptedException {
        try (Source.Fetch fetch = fetch(new ByteRange.Between(1_000, 2_000))) {
            assertThat(fetch.start()).isEqualTo(1_000);
            assertThat(fetch.end()).hasValue(2_000);
            assertThat(fetch.size()).hasValue(bytes.length);
            assertThat(Strangers.readAll(fetch)).isEqualTo(Arrays.copyOfRange(bytes, 1_000, 2_000));
            assertThat(fetch.next(_ -> {})).isFalse();
        }
        assertThat(registry.bytesSent(digest)).isEqualTo(1_000);
    }

    @Test
    void fetchesTheLastBytes() throws InterruptedException {
        try (Source.Fetch fetch = fetch(new ByteRange.Last(10))) {
            assertThat(fetch.start()).isEqualTo(bytes.length - 10);
            assertThat(Strangers.readAll(fetch)).hasSize(10);
        }
    }

    @Test
    void takesTheWholeWhereRangesAreIgnored() throws InterruptedException {
        registry.inject(Fault.ignoresRange());

        try (Source.Fetch fetch = fetch(new ByteRange.Between(1_000, 2_000))) {
            assertThat(fetch.start()).isZero();
            assertThat(fetch.size()).hasValue(bytes.length);
            assertThat(Strangers.readAll(fetch)).isEqualTo(bytes);
        }
    }

    @Test
    void learnsTheSizeOfAChunkedBodyAtItsEnd() throws InterruptedException {
        registry.inject(Fault.ignoresRange().and(Fault.chunked()));

        try (Source.Fetch fetch = fetch(ByteRange.whole())) {
            assertThat(fetch.end()).isEmpty();
            assertThat(fetch.size()).isEmpty();
            assertThat(Strangers.readAll(fetch)).isEqualTo(bytes);
            assertThat(fetch.end()).hasValue(bytes.length);
            assertThat(fetch.size()).hasValue(bytes.length);
        }
    }

    @Test
    void takesAChunkedPart() throws InterruptedException {
        registry.inject(Fault.chunked());

        assertThat(Strangers.pullBlob(upstream, digest, new ByteRange.Between(5, 50_000)))
                .isEqualTo(Arrays.copyOfRange(bytes, 5, 50_000));
    }

    @Test
    void aRangeBehindTheEndIsAnsweredWithTheSize() throws InterruptedException {
        try (Source.Fetch fetch = fetch(new ByteRange.Between(bytes.length, bytes.length + 9))) {
            assertThat(fetch.size()).hasValue(bytes.length);
            assertThat(fetch.end()).hasValue(fetch.start());
            assertThat(fetch.next(_ -> {})).isFalse();
        }
    }

    @Test
    void anEmptyBlobIsEmpty() throws InterruptedException {
        Digest empty = registry.addBlob("library/app", new byte[0]);

        assertThat(Strangers.pullBlob(upstream, empty)).isEmpty();
        registry.inject(Fault.ignoresRange());
        assertThat(Strangers.pullBlob(upstream, empty)).isEmpty();
        assertThat(upstream.blobSize(Strangers.APP, empty)).isZero();
    }

    @Test
    void a416WithoutASizeIsAskedAgainWithoutRange() throws InterruptedException {
        registry.inject(1, Fault.status(416), _ -> true);

        assertThat(pull()).isEqualTo(bytes);
        assertThat(registry.requests().get(1).header("Range")).isEmpty();
    }

    @Test
    void a416ForBytesThatThereAreIsABadAnswer() {
        registry.inject(Fault.status(416).and(Fault.contentRange("bytes */300000")));

        assertFails(Kind.BAD_ANSWER, this::pull);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bytes 0-9/*",
                "bytes 1-999/300000",
                "bytes 0-300000/300000",
                "bytes 0-1000/300000",
                "bytes 5-2/300000",
                "bytes 0-99999999999999999999/300000",
                "bytes -1-5/300000",
                "octets 0-999/300000",
                "bytes 0-999/500",
                "bytes 0-998/300000",
                ""
            })
    void refusesAPartThatIsNotTheOneAskedFor(String contentRange) {
        registry.inject(Fault.contentRange(contentRange));

        assertFails(
                Kind.BAD_ANSWER,
                () -> Strangers.pullBlob(upstream, digest, new ByteRange.Between(0, 1_000)));
    }

    @Test
    void refusesAPartThatDoesNotSayWhich() {
        registry.inject(Fault.withoutHeader("Content-Range"));

        assertFails(Kind.BAD_ANSWER, this::pull);
    }

    @Test
    void refusesMoreOrLessThanThePartAnnounces() {
        registry.inject(1, Fault.chunked().and(Fault.longBy(1)), _ -> true);
        assertFails(Kind.BAD_ANSWER, this::pull);
        registry.inject(1, Fault.chunked().and(Fault.shortBy(1)), _ -> true);
        assertFails(Kind.CUT_OFF, this::pull);
        registry.inject(1, Fault.shortBy(1), _ -> true);
        assertFails(Kind.BAD_ANSWER, this::pull);
        registry.inject(1, Fault.contentLengthOffBy(1).and(Fault.closing()), _ -> true);
        assertFails(Kind.BAD_ANSWER, this::pull);
        registry.inject(
                1,
                Fault.ignoresRange().and(Fault.contentLengthOffBy(1)).and(Fault.closing()),
                _ -> true);
        assertFails(Kind.CUT_OFF, this::pull);
        assertThat(registry.requests()).hasSize(5);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 150_000, 299_999})
    void aBodyThatBreaksOffIsNeverAnEnd(long after) {
        registry.inject(1, Fault.cutAfter(after), _ -> true);
        assertFails(Kind.CUT_OFF, this::pull);
        registry.inject(1, Fault.resetAfter(after), _ -> true);
        assertFails(Kind.CUT_OFF, this::pull);
        registry.inject(1, Fault.chunked().and(Fault.cutAfter(after)), _ -> true);
        assertFails(Kind.CUT_OFF, this::pull);
        registry.inject(1, Fault.stallAfter(after), _ -> true);
        assertFails(Kind.SILENT, this::pull);
    }

    @Test
    void refusesAnEncodedBody() {
        registry.inject(Fault.header("Content-Encoding", "gzip"));
        assertFails(Kind.BAD_ANSWER, this::pull);
        registry.inject(Fault.ignoresRange());
        assertFails(Kind.BAD_ANSWER, this::pull);
    }

    @Test
    void saysThatABlobIsUnknown() {
        registry.removeBlob("library/app", digest);

        assertThatExceptionOfType(Unknown.class)
                .isThrownBy(this::pull)
                .withMessageContaining("blob " + digest)
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.BLOB_UNKNOWN));
        assertThatExceptionOfType(Unknown.class)
                .isThrownBy(() -> upstream.blobSize(Strangers.APP, digest));
    }

    @Test
    void asksForTheSizeByHead() throws InterruptedException {
        assertThat(upstream.blobSize(Strangers.APP, digest)).isEqualTo(bytes.length);
        assertThat(registry.bytesSent()).isZero();
        assertThat(registry.requests().getFirst().method()).isEqualTo("HEAD");
    }

    @Test
    void asksForOneByteWhereHeadIsNotAllowed() throws InterruptedException {
        registry.inject(Fault.status(405), FakeRequest.of("HEAD", ""));

        assertThat(upstream.blobSize(Strangers.APP, digest)).isEqualTo(bytes.length);
        assertThat(registry.bytesSent(digest)).isEqualTo(1);
    }

    @Test
    void asksForOneByteWhereHeadTellsNoSize() throws InterruptedException {
        registry.inject(Fault.chunked(), FakeRequest.of("HEAD", ""));

        assertThat(upstream.blobSize(Strangers.APP, digest)).isEqualTo(bytes.length);
    }

    @Test
    void anotherThreadMayCloseIt() throws Exception {
        registry.inject(Fault.stallAfter(10));
        Strangers patient = new Strangers().budgets(Budgets.STANDARD);
        try (patient;
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            HttpUpstream slow = patient.upstream(registry);
            Source.Fetch fetch = slow.source(Strangers.APP, digest).fetch(ByteRange.whole());
            CountDownLatch firstBytes = new CountDownLatch(1);
            Future<byte[]> reader =
                    threads.submit(() -> {
                        fetch.next(_ -> firstBytes.countDown());
                        return Strangers.readAll(fetch);
                    });
            firstBytes.await();
            fetch.close();
            assertThatExceptionOfType(ExecutionException.class)
                    .isThrownBy(reader::get)
                    .withCauseInstanceOf(UpstreamFailed.class);
        }
    }

    private static void readOn(Source.Fetch fetch, AtomicInteger received)
            throws InterruptedException {
        boolean isMore = true;
        while (isMore) {
            isMore = fetch.next(pieces -> received.addAndGet(Source.bytesIn(pieces)));
        }
    }

    /// Bytes are kept together until they are worth a write, but not while nothing more comes.
    @Test
    void whatCameBeforeASilenceIsHandedOver() throws Exception {
        Digest large = registry.addBlob("library/app", Strangers.bytes(1 << 20));
        registry.inject(Fault.stallAfter(700_000));
        AtomicInteger received = new AtomicInteger();
        try (Strangers patient = new Strangers().budgets(Budgets.STANDARD);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            HttpUpstream slow = patient.upstream(registry);
            Source.Fetch fetch = slow.source(Strangers.APP, large).fetch(ByteRange.whole());
            Future<?> reader =
                    threads.submit(() -> {
                        readOn(fetch, received);
                        return received;
                    });
            Awaitility.await().until(() -> received.get() == 700_000);
            fetch.close();
            assertThatExceptionOfType(ExecutionException.class).isThrownBy(reader::get);
        }
    }

    @Test
    void whatCameBeforeACutIsHandedOver() throws Exception {
        Digest large = registry.addBlob("library/app", Strangers.bytes(1 << 20));
        registry.inject(Fault.cutAfter(700_000));
        AtomicInteger received = new AtomicInteger();
        try (Source.Fetch fetch = upstream.source(Strangers.APP, large).fetch(ByteRange.whole())) {
            assertFails(Kind.CUT_OFF, () -> readOn(fetch, received));
        }
        assertThat(received).hasValue(700_000);
    }

    @Test
    void anInterruptEndsTheWait() throws Exception {
        registry.inject(Fault.hang());
        Strangers patient = new Strangers().budgets(Budgets.STANDARD);
        try (patient) {
            HttpUpstream slow = patient.upstream(registry);
            CountDownLatch interrupted = new CountDownLatch(1);
            Thread reader =
                    Thread.ofVirtual()
                            .start(() -> {
                                try {
                                    Strangers.pullBlob(slow, digest);
                                } catch (InterruptedException e) {
                                    interrupted.countDown();
                                }
                            });
            Awaitility.await().until(() -> registry.requests().size() == 1);
            reader.interrupt();
            interrupted.await();
            Awaitility.await().until(() -> !reader.isAlive());
        }
    }

    @Test
    void aSlowReaderHoldsBackTheUpstream() throws InterruptedException {
        byte[] large = new byte[64 << 20];
        Digest name = registry.addBlob("library/app", large);
        try (Source.Fetch fetch = upstream.source(Strangers.APP, name).fetch(ByteRange.whole())) {
            assertThat(fetch.next(_ -> {})).isTrue();
            Awaitility.await()
                    .during(Duration.ofMillis(300))
                    .until(() -> registry.bytesSent(name) < 32 << 20);
        }
    }

    @Test
    void noMoreConnectionsThanAllowedForBlobsAndMetadataPassesBy() throws Exception {
        FakeImage image = registry.addImage("library/app", "latest", 1, 1_000);
        registry.inject(Fault.rate(600_000), FakeRequest.path("/blobs/"));
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?>[] blobs = new Future<?>[6];
            for (int i = 0; i < blobs.length; i++) {
                blobs[i] = threads.submit(this::pull);
            }
            Awaitility.await().until(() -> registry.requests().size() == 2);
            assertThat(Strangers.pull(upstream, "latest").digest()).isEqualTo(image.digest());
            assertThat(registry.openConnections()).isEqualTo(3);
            for (Future<?> blob : blobs) {
                blob.get();
            }
        }
        assertThat(registry.connections()).isEqualTo(3);
    }
}
