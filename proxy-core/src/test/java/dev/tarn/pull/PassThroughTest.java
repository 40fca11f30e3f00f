package dev.tarn.pull;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.tarn.oci.ByteRange;
import dev.tarn.oci.Digest;
import dev.tarn.oci.RegistryException.StoreFailed;
import dev.tarn.oci.RegistryException.Throttled;
import dev.tarn.oci.RegistryException.UpstreamFailed;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What becomes of a pull when the disk takes no more.
@Timeout(60)
class PassThroughTest {

    private static final int SIZE = 3 * Passage.WINDOW_BYTES + 4_567;
    private static final DownloadConfig CONFIG =
            new DownloadConfig(1 << 20, 3, 64, 0, Duration.ofMinutes(50));

    private final byte[] bytes = ScriptedUpstream.randomBytes(SIZE, 1);
    private final ScriptedUpstream upstream = new ScriptedUpstream("registry.test");
    private final Digest digest = upstream.addBlob("a/one", bytes);
    private final Target target = upstream.target("a/one");
    private final FullBlobStore blobs = new FullBlobStore();
    private final ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor();
    private BlobPuller puller = newPuller(Ticker.SYSTEM);

    @AfterEach
    void stop() {
        clients.shutdownNow();
        puller.close();
    }

    private BlobPuller newPuller(Ticker ticker) {
        return newPuller(new Environment(blobs, CONFIG, ticker));
    }

    private static BlobPuller newPuller(Environment environment) {
        return new BlobPuller(environment, new InMemoryManifestStore(), PullListener.NOBODY);
    }

    private byte[] pull() throws Exception {
        return pull(ByteRange.whole());
    }

    private byte[] pull(ByteRange range) throws Exception {
        try (BlobContent content = puller.pull(target, digest, range).content()) {
            return Reading.read(content, range);
        }
    }

    private void assertIsPassedThrough() throws Exception {
        assertThat(pull()).isEqualTo(bytes);
        assertThat(upstream.bytesSent.get()).isLessThan(SIZE + SIZE / 10);
        assertThat(blobs.find(digest)).isEmpty();
    }

    @Test
    void aStoreThatCannotBeginHasItAllGoPast() throws Exception {
        blobs.beginsNothing = true;
        assertIsPassedThrough();
    }

    @Test
    void oneThatCannotBeReadHasItAllGoPast() throws Exception {
        blobs.opensNothing = true;
        assertIsPassedThrough();
    }

    @Test
    void oneThatHasNoRoomForItDoesNotEvenTry() throws Exception {
        blobs.reservesNothing = true;
        assertIsPassedThrough();
        assertThat(blobs.writes).hasValue(0);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, SIZE / 2, SIZE - 1})
    void oneThatBecomesFullHasTheRestGoPast(long room) throws Exception {
        blobs.room = room;
        assertIsPassedThrough();
    }

    @Test
    void oneThatCannotCommitHasServedItAllTheSame() throws Exception {
        blobs.commitsNothing = true;
        assertIsPassedThrough();
    }

    @Test
    void oneThatHasLostItHasItFetchedOnceMore() throws Exception {
        blobs.losses.set(1);
        assertThat(pull()).isEqualTo(bytes);
        assertThat(upstream.bytesSent).hasValue(2L * SIZE);
        assertThat(blobs.find(digest)).isPresent();
    }

    @Test
    void whatItLosesAgainIsServedToNobody() {
        blobs.losses.set(2);
        assertThatThrownBy(this::pull).isInstanceOf(StoreFailed.class);
        assertThat(blobs.find(digest)).isEmpty();
    }

    @Test
    void whoeverHadWhatWasLostIsCutOff() {
        blobs.losses.set(1);
        blobs.losesVisibly = true;
        assertThatThrownBy(this::pull)
                .isInstanceOf(UpstreamFailed.class)
                .hasMessageContaining("some of what was sent had been wrong");
    }

    @Test
    void onceItTakesBytesAgainTheyAreStored() throws Exception {
        blobs.room = SIZE / 3;
        assertThat(pull()).isEqualTo(bytes);
        blobs.room = Long.MAX_VALUE;
        assertThat(pull()).isEqualTo(bytes);
        assertThat(blobs.find(digest)).isPresent();
    }

    @Test
    void thoseWhoComeTogetherShareOneTransfer() throws Exception {
        blobs.room = SIZE / 3;
        List<Future<byte[]>> pulls = new ArrayList<>();
        var pieces = upstream.hold();
        for (int i = 0; i < 20; i++) {
            pulls.add(clients.submit(() -> pull()));
        }
        pieces.release(Integer.MAX_VALUE / 2);
        for (Future<byte[]> pull : pulls) {
            assertThat(pull.get()).isEqualTo(bytes);
        }
    }

    @Test
    void aRangeIsRightToo() throws Exception {
        blobs.room = SIZE / 3;
        ByteRange range = new ByteRange.Between(SIZE / 2, SIZE / 2 + 100_000);
        assertThat(pull(range)).isEqualTo(Arrays.copyOfRange(bytes, SIZE / 2, SIZE / 2 + 100_000));
    }

    @Test
    void whoComesTooLateForSomeOfItStartsAfresh() throws Exception {
        blobs.room = 0;
        try (BlobContent first = puller.pull(target, digest, ByteRange.whole()).content()) {
            readUpTo(first, 2L * Passage.WINDOW_BYTES);
            Future<byte[]> late = clients.submit(() -> pull());
            Reading.read(first, new ByteRange.Between(2L * Passage.WINDOW_BYTES, Long.MAX_VALUE));
            assertThat(late.get()).isEqualTo(bytes);
        }
    }

    @Test
    void whoComesTooLateForSomeOfItDoesNotWaitForEver() throws Exception {
        puller = newPuller(new HastyTicker(20));
        blobs.room = 0;
        try (BlobContent first = puller.pull(target, digest, ByteRange.whole()).content()) {
            readUpTo(first, 2L * Passage.WINDOW_BYTES);
            Future<byte[]> late = clients.submit(() -> pull());
            AtomicLong position = new AtomicLong(2L * Passage.WINDOW_BYTES);
            await().pollInterval(Duration.ofMillis(1)) // a pace at which it would take an hour
                    .until(() -> {
                        readUpTo(first, position.get(), position.incrementAndGet());
                        return late.isDone();
                    });
            assertThatThrownBy(late::get)
                    .hasCauseInstanceOf(Throttled.class)
                    .hasMessageContaining("on its way to others");
        }
    }

    @Test
    void whoeverHoldsUpTheOthersIsLeftBehind() throws Exception {
        puller = newPuller(new HastyTicker(20));
        blobs.room = 0;
        try (BlobContent slow = puller.pull(target, digest, ByteRange.whole()).content()) {
            readUpTo(slow, 1);
            assertThat(pull()).isEqualTo(bytes);
            assertThatThrownBy(() -> slow.awaitReadable(1)).isInstanceOf(StoreFailed.class);
        }
    }

    @Test
    void memoryIsBoundedWhileAReaderTakesNothing() throws Exception {
        blobs.room = 0;
        try (BlobContent slow = puller.pull(target, digest, ByteRange.whole()).content()) {
            readUpTo(slow, 1);
            long before;
            do {
                before = upstream.bytesSent.get();
                Thread.onSpinWait();
            } while (upstream.bytesSent.get() < Passage.WINDOW_BYTES
                    || before != upstream.bytesSent.get());
            assertThat(upstream.bytesSent.get())
                    .isLessThan(Passage.WINDOW_BYTES + 10L * CONFIG.chunkBytes());
        }
    }

    @Test
    void memoryIsBoundedForAllTogetherAndEachGoesOn() throws Exception {
        Reservoir reservoir = new Reservoir(1 << 20);
        puller = newPuller(new Environment(blobs, CONFIG, new SlowTicker(), reservoir));
        blobs.beginsNothing = true;
        int count = 30;
        List<BlobContent> readers = new ArrayList<>();
        List<byte[]> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            byte[] one = ScriptedUpstream.randomBytes(500_000, 10 + i);
            all.add(one);
            Digest name = upstream.addBlob("a/one", one);
            readers.add(puller.pull(target, name, ByteRange.whole()).content());
        }
        for (BlobContent reader : readers) {
            readUpTo(reader, 1);
        }
        await().until(() -> reservoir.bytes() >= 1 << 20);
        await().during(Duration.ofMillis(300))
                .until(() -> reservoir.bytes() <= (1 << 20) + (long) count * Passage.PIECE_BYTES);
        List<Future<byte[]>> reads = new ArrayList<>();
        for (BlobContent reader : readers) {
            reads.add(clients.submit(() -> Reading.read(reader, ByteRange.whole())));
        }
        for (int i = 0; i < count; i++) {
            assertThat(reads.get(i).get()).isEqualTo(all.get(i));
        }
        await().until(() -> reservoir.bytes() == 0);
    }

    private static void readUpTo(BlobContent content, long end) throws Exception {
        readUpTo(content, 0, end);
    }

    private static void readUpTo(BlobContent content, long start, long end) throws Exception {
        var _ = content.awaitSize();
        ByteBuffer buffer = ByteBuffer.allocate(64 << 10);
        for (long at = start; at < end; ) {
            long most = Math.min(end, content.awaitReadable(at)) - at;
            buffer.clear().limit((int) Math.min(buffer.capacity(), most));
            at += content.read(buffer, at);
        }
    }
}
