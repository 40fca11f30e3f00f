package dev.tarn.pull;

import static dev.tarn.pull.Reading.read;
import static dev.tarn.pull.Reading.readInto;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.tarn.oci.ByteRange;
import dev.tarn.oci.Digest;
import dev.tarn.oci.RegistryException;
import dev.tarn.oci.RegistryException.Refused;
import dev.tarn.oci.RegistryException.Unknown;
import dev.tarn.oci.RegistryException.UpstreamFailed;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(20)
class BlobPullerTest {

    private static final int CHUNK = 10_000;

    private final byte[] bytes = ScriptedUpstream.randomBytes(95_123, 1);
    private final ScriptedUpstream upstream = new ScriptedUpstream("registry.test");
    private final Digest digest = upstream.addBlob("a/one", bytes);
    private final Target target = upstream.target("a/one");
    private final InMemoryBlobStore blobs = new InMemoryBlobStore();
    private final InMemoryManifestStore manifests = new InMemoryManifestStore();
    private final ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor();
    private BlobPuller puller = newPuller(4, Duration.ofSeconds(30));

    private BlobPuller newPuller(int connections, Duration idleTimeout) {
        DownloadConfig config = new DownloadConfig(CHUNK, connections, 64, 1 << 20, idleTimeout);
        return new BlobPuller(blobs, manifests, config, PullListener.NOBODY);
    }

    /// One for whom what is worth waiting for is soon there.
    private BlobPuller newHastyPuller() {
        DownloadConfig config = new DownloadConfig(CHUNK, 4, 64, 1 << 20, Duration.ofHours(1));
        Environment environment = new Environment(blobs, config, new HastyTicker(20));
        return new BlobPuller(environment, manifests, PullListener.NOBODY);
    }

    @AfterEach
    void stop() {
        puller.close();
        clients.shutdownNow();
        assertThat(upstream.openFetches).hasValue(0);
    }

    @Test
    void aMissIsFetchedOnceAndStored() throws Exception {
        assertThat(pull(target)).isEqualTo(bytes);
        assertThat(upstream.bytesSent).hasValue(bytes.length);
        assertThat(blobs.find(digest)).isPresent();
    }

    @Test
    void aHitAsksNobody() throws Exception {
        pull(target);
        awaitNoDownload();
        int asked = upstream.ranges.size();
        BlobPull again = puller.pull(target, digest, ByteRange.whole());
        assertThat(again.outcome()).isEqualTo(Outcome.HIT);
        assertThat(read(again.content(), ByteRange.whole())).isEqualTo(bytes);
        assertThat(upstream.ranges).hasSize(asked);
        assertThat(upstream.heads).hasValue(0);
    }

    @Test
    void fiftyClientsCostOneDownload() throws Exception {
        Semaphore pieces = upstream.hold();
        List<Future<byte[]>> pulls = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            pulls.add(clients.submit(() -> pull(target)));
        }
        pieces.release(1_000);
        for (Future<byte[]> pull : pulls) {
            assertThat(pull.get()).isEqualTo(bytes);
        }
        assertThat(upstream.bytesSent).hasValue(bytes.length);
    }

    @Test
    void everyClientStreamsWhileTheBytesArrive() throws Exception {
        puller = newPuller(1, Duration.ofSeconds(30));
        Semaphore pieces = upstream.hold();
        try (BlobContent first = puller.pull(target, digest, ByteRange.whole()).content()) {
            pieces.release(1);
            assertThat(first.awaitSize()).isEqualTo(bytes.length);
            assertThat(first.awaitReadable(0)).isPositive();
            BlobPull late = puller.pull(target, digest, ByteRange.whole());
            assertThat(late.outcome()).isEqualTo(Outcome.JOIN);
            assertThat(late.content().awaitReadable(0)).isPositive();
            pieces.release(1_000);
            assertThat(read(late.content(), ByteRange.whole())).isEqualTo(bytes);
        }
    }

    @Test
    void partsAreFetchedAtTheSameTimeAndNoneTwice() throws Exception {
        Semaphore pieces = upstream.hold();
        Future<byte[]> pull = clients.submit(() -> pull(target));
        await().untilAsserted(() -> assertThat(upstream.openFetches).hasValue(4));
        pieces.release(1_000);
        assertThat(pull.get()).isEqualTo(bytes);
        assertThat(upstream.bytesSent).hasValue(bytes.length);
    }

    @Test
    void aSourceWithoutRangesSendsTheWholeBlobOverOneConnection() throws Exception {
        upstream.honoursRanges = false;
        assertThat(pull(target)).isEqualTo(bytes);
        assertThat(upstream.ranges).hasSize(1);
    }

    @Test
    void aSourceWithoutRangesServesRangesToo() throws Exception {
        upstream.honoursRanges = false;
        assertThat(pull(target, new ByteRange.Between(50_000, 50_010)))
                .isEqualTo(part(50_000, 50_010));
    }

    @Test
    void aBodyWithoutAnnouncedLengthIsTakenToItsEnd() throws Exception {
        upstream.honoursRanges = false;
        upstream.announcesSize = false;
        assertThat(pull(target)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 9_999, 10_000, 54_321, 94_000, 95_023})
    void aRangeOfAnUnknownBlobIsFetchedFirst(long start) throws Exception {
        ByteRange range = new ByteRange.Between(start, start + 100);
        assertThat(pull(target, range)).isEqualTo(part(start, start + 100));
        assertThat(upstream.ranges.getFirst())
                .isInstanceOfSatisfying(
                        ByteRange.Between.class, r -> assertThat(r.start()).isEqualTo(start));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 100, 9_999, 50_000, 95_123, 200_000})
    void theLastBytesOfAnUnknownBlobAreServed(long count) throws Exception {
        assertThat(pull(target, new ByteRange.Last(count)))
                .isEqualTo(part(Math.max(0, bytes.length - count), bytes.length));
    }

    @Test
    void aRangeBehindTheEndIsRefusedWithTheSize() {
        assertThatThrownBy(() -> pull(target, new ByteRange.Between(95_123, 95_200)))
                .isInstanceOfSatisfying(
                        RegistryException.RangeUnsatisfiable.class,
                        e -> assertThat(e.size()).isEqualTo(95_123));
    }

    @Test
    void aRangeOfARunningDownloadIsFetchedNext() throws Exception {
        Semaphore pieces = upstream.hold();
        Future<byte[]> whole = clients.submit(() -> pull(target));
        await().untilAsserted(() -> assertThat(upstream.openFetches).hasValue(4));
        Future<byte[]> part =
                clients.submit(() -> pull(target, new ByteRange.Between(70_000, 70_100)));
        pieces.release(1_000);
        assertThat(part.get()).isEqualTo(part(70_000, 70_100));
        assertThat(whole.get()).isEqualTo(bytes);
        assertThat(upstream.bytesSent).hasValue(bytes.length);
    }

    @Test
    void anEmptyBlobIsServed() throws Exception {
        Digest empty = upstream.addBlob("a/one", new byte[0]);
        BlobPull pull = puller.pull(target, empty, ByteRange.whole());
        assertThat(read(pull.content(), ByteRange.whole())).isEmpty();
        await().untilAsserted(() -> assertThat(blobs.find(empty)).isPresent());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 100, 16_384, 16_385, 60_000})
    void wrongBytesAreNeverServedToTheEnd(int size) throws Exception {
        Digest lied = upstream.addBlob("a/one", ScriptedUpstream.randomBytes(size, 2));
        upstream.lie = truth -> ScriptedUpstream.randomBytes(size, 3);
        ByteArrayOutputStream got = new ByteArrayOutputStream();
        BlobContent content = puller.pull(target, lied, ByteRange.whole()).content();
        assertThatThrownBy(() -> readInto(got, content, ByteRange.whole()))
                .isInstanceOf(UpstreamFailed.class);
        assertThat(got.size()).isLessThan(size);
        awaitNoDownload();
        assertThat(blobs.find(lied)).isEmpty();
        assertThat(blobs.hasKept(lied)).isFalse();

        upstream.lie = truth -> truth;
        assertThat(read(puller.pull(target, lied, ByteRange.whole()).content(), ByteRange.whole()))
                .hasSize(size);
    }

    @Test
    void aBodyThatIsCutOffFailsItsReadersAndTheNextPullGoesOnFromThere() throws Exception {
        puller = newHastyPuller();
        upstream.cutAt = 45_500;
        assertThatThrownBy(() -> pull(target)).isInstanceOf(UpstreamFailed.class);
        awaitNoDownload();
        assertThat(blobs.find(digest)).isEmpty();
        upstream.cutAt = Long.MAX_VALUE;
        assertThat(pull(target)).isEqualTo(bytes);
        assertThat(upstream.bytesSent.get()).isLessThanOrEqualTo(bytes.length + 1L);
    }

    @Test
    void aRemainderOutlivesAnUpstreamThatIsDown() throws Exception {
        puller = newHastyPuller();
        upstream.cutAt = 45_500;
        assertThatThrownBy(() -> pull(target)).isInstanceOf(UpstreamFailed.class);
        awaitNoDownload();
        upstream.failure = new UpstreamFailed(UpstreamFailed.Kind.UNREACHABLE, "down");
        assertThatThrownBy(() -> pull(target)).isInstanceOf(UpstreamFailed.class);
        await().untilAsserted(() -> assertThat(blobs.hasKept(digest)).isTrue());
        upstream.failure = null;
        upstream.cutAt = Long.MAX_VALUE;
        assertThat(pull(target)).isEqualTo(bytes);
        assertThat(upstream.bytesSent.get()).isLessThanOrEqualTo(bytes.length + 1L);
    }

    @Test
    void aRemainderOfAnotherSizeIsForgotten() throws Exception {
        Spans spans = new Spans();
        spans.add(0, 500);
        try (IncomingBlob before = blobs.begin(digest)) {
            before.write(0, ByteBuffer.wrap(new byte[500]));
            before.keep(new IncomingBlob.Remainder(1_000, spans));
        }
        assertThat(pull(target)).isEqualTo(bytes);
    }

    @Test
    void answersThatContradictEachOtherAreAFailure() {
        puller = newHastyPuller();
        upstream.lie =
                b -> ScriptedUpstream.randomBytes(30_000 + upstream.ranges.size() * 1_000, 4);
        assertThatThrownBy(() -> pull(target)).isInstanceOf(UpstreamFailed.class);
    }

    @Test
    void aClientThatLeavesDisturbsNobody() throws Exception {
        Semaphore pieces = upstream.hold();
        Future<byte[]> stays = clients.submit(() -> pull(target));
        Future<byte[]> leaves = clients.submit(() -> pull(target));
        pieces.release(30);
        await().untilAsserted(() -> assertThat(upstream.bytesSent.get()).isGreaterThan(20_000));
        leaves.cancel(true);
        pieces.release(1_000);
        assertThat(stays.get()).isEqualTo(bytes);
        assertThat(upstream.bytesSent).hasValue(bytes.length);
    }

    @Test
    void aDownloadThatNobodyReadsStopsAfterAWhileAndIsTakenUpAgain() throws Exception {
        puller = newPuller(1, Duration.ofMillis(50));
        Semaphore pieces = upstream.hold();
        try (BlobContent content = puller.pull(target, digest, ByteRange.whole()).content()) {
            pieces.release(5);
            content.awaitReadable(0);
        }
        await().untilAsserted(() -> assertThat(blobs.hasKept(digest)).isTrue());
        pieces.release(1_000);
        assertThat(pull(target)).isEqualTo(bytes);
        assertThat(upstream.bytesSent).hasValue(bytes.length);
    }

    @Test
    void aDownloadThatIsNearlyDoneIsFinishedWithoutReaders() throws Exception {
        puller = newPuller(4, Duration.ofMillis(200));
        Semaphore pieces = upstream.hold();
        try (BlobContent content = puller.pull(target, digest, ByteRange.whole()).content()) {
            pieces.release(80);
            await().untilAsserted(() -> assertThat(upstream.bytesSent.get()).isGreaterThan(72_000));
            assertThat(content.awaitSize()).isEqualTo(bytes.length);
        }
        await().pollDelay(Duration.ofMillis(400)).until(() -> true);
        pieces.release(1_000);
        await().untilAsserted(() -> assertThat(blobs.find(digest)).isPresent());
    }

    @Test
    void aStoredBlobIsReadableUnderAnotherNameOnlyOnceTheUpstreamHasConfirmedIt() throws Exception {
        pull(target);
        Target stranger = upstream.target("b/two");
        assertThatThrownBy(() -> pull(stranger)).isInstanceOf(Unknown.class);
        upstream.addBlob("b/two", bytes);
        assertThat(pull(stranger)).isEqualTo(bytes);
        assertThat(pull(stranger)).isEqualTo(bytes);
        assertThat(upstream.heads).hasValue(2);
        assertThat(upstream.bytesSent).hasValue(bytes.length);
    }

    @Test
    void aRunningDownloadIsJoinedUnderAnotherNameOnlyOnceTheUpstreamHasConfirmedIt()
            throws Exception {
        Semaphore pieces = upstream.hold();
        Future<byte[]> first = clients.submit(() -> pull(target));
        await().untilAsserted(() -> assertThat(upstream.openFetches.get()).isPositive());
        Target stranger = upstream.target("b/two");
        assertThatThrownBy(() -> pull(stranger)).isInstanceOf(Unknown.class);
        upstream.addBlob("b/two", bytes);
        Future<byte[]> second = clients.submit(() -> pull(stranger));
        await().untilAsserted(() -> assertThat(upstream.heads).hasValue(2));
        pieces.release(1_000);
        assertThat(first.get()).isEqualTo(bytes);
        assertThat(second.get()).isEqualTo(bytes);
        assertThat(upstream.bytesSent).hasValue(bytes.length);
    }

    @Test
    void theSameBlobOfAnotherRegistryIsNotTransferredAgain() throws Exception {
        pull(target);
        ScriptedUpstream other = new ScriptedUpstream("other.test");
        other.addBlob("x", bytes);
        assertThat(pull(other.target("x"))).isEqualTo(bytes);
        assertThat(other.bytesSent).hasValue(0);
        assertThat(other.heads).hasValue(1);
    }

    @Test
    void theSizeOfAnUnknownBlobIsAskedAndNothingIsFetched() throws Exception {
        assertThat(puller.size(target, digest)).isEqualTo(new BlobSize(bytes.length, Outcome.MISS));
        assertThat(upstream.ranges).isEmpty();
    }

    @Test
    void theSizeOfAStoredBlobIsKnown() throws Exception {
        pull(target);
        assertThat(puller.size(target, digest)).isEqualTo(new BlobSize(bytes.length, Outcome.HIT));
        assertThat(upstream.heads).hasValue(0);
    }

    @Test
    void whatTheUpstreamRefusesIsRefusedToEveryone() {
        upstream.failure = Refused.unauthorized("no");
        assertThatThrownBy(() -> pull(target)).isInstanceOf(Refused.class);
        upstream.failure = null;
        assertThat(clients.submit(() -> pull(target))).succeedsWithin(Duration.ofSeconds(5));
    }

    @Test
    void closingStopsDownloadsAndKeepsWhatTheyHave() throws Exception {
        Semaphore pieces = upstream.hold();
        Future<byte[]> pull = clients.submit(() -> pull(target));
        pieces.release(10);
        await().untilAsserted(() -> assertThat(upstream.bytesSent.get()).isGreaterThan(5_000));
        puller.close();
        assertThatThrownBy(pull::get).isInstanceOf(ExecutionException.class);
        assertThat(blobs.hasKept(digest)).isTrue();
        assertThatThrownBy(() -> pull(target)).isInstanceOf(RegistryException.class);
    }

    private void awaitNoDownload() {
        await().untilAsserted(() -> assertThat(upstream.openFetches).hasValue(0));
    }

    private byte[] part(long start, long end) {
        return Arrays.copyOfRange(bytes, (int) start, (int) end);
    }

    private byte[] pull(Target from) throws InterruptedException, IOException {
        return pull(from, ByteRange.whole());
    }

    private byte[] pull(Target from, ByteRange range) throws InterruptedException, IOException {
        return read(puller.pull(from, digest, range).content(), range);
    }
}
