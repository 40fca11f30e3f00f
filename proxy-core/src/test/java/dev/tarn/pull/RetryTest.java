package dev.tarn.pull;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tarn.oci.ByteRange;
import dev.tarn.oci.Digest;
import dev.tarn.oci.ErrorCode;
import dev.tarn.oci.RegistryException;
import dev.tarn.oci.RegistryException.Throttled;
import dev.tarn.oci.RegistryException.Unknown;
import dev.tarn.oci.RegistryException.UpstreamFailed;
import dev.tarn.oci.RegistryException.UpstreamFailed.Kind;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What becomes of a download whose source does not bring what it should.
@Timeout(30)
class RetryTest {

    private static final int SIZE = 95_123;
    private static final DownloadConfig CONFIG =
            new DownloadConfig(10_000, 3, 64, 0, Duration.ofMinutes(50));

    private final byte[] bytes = ScriptedUpstream.randomBytes(SIZE, 1);
    private final ScriptedUpstream upstream = new ScriptedUpstream("registry.test");
    private final Digest digest = upstream.addBlob("a/one", bytes);
    private final Target target = upstream.target("a/one");
    private final InMemoryBlobStore blobs = new InMemoryBlobStore();
    private final BlobPuller puller =
            new BlobPuller(
                    new Environment(blobs, CONFIG, new HastyTicker(100)),
                    new InMemoryManifestStore(),
                    PullListener.NOBODY);

    @AfterEach
    void stop() {
        puller.close();
    }

    private byte[] pull() throws Exception {
        try (BlobContent content = puller.pull(target, digest, ByteRange.whole()).content()) {
            return Reading.read(content, ByteRange.whole());
        }
    }

    /// Lets the first so many answers break off after so many bytes.
    private void cut(int answers, long bytesEach, RegistryException failure) {
        AtomicInteger left = new AtomicInteger(answers);
        upstream.spoil =
                fetch ->
                        left.getAndDecrement() > 0 ? new Spoiled(fetch, bytesEach, failure) : fetch;
    }

    private static UpstreamFailed failed(Kind kind) {
        return new UpstreamFailed(kind, "as the test says");
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void whatBreaksOffGoesOnWhereItBrokeOff(Kind kind) throws Exception {
        cut(3, 4_321, failed(kind));

        assertThat(pull()).isEqualTo(bytes);
        assertThat(upstream.bytesSent.get()).isLessThan(SIZE + 3 * 1_000);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, SIZE / 2, SIZE - 1})
    void soItDoesWhereTheSourceSendsEverythingEachTime(long position) throws Exception {
        upstream.honoursRanges = false;
        cut(3, position, failed(Kind.CUT_OFF));

        assertThat(pull()).isEqualTo(bytes);
        assertThat(upstream.ranges).hasSize(4);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, SIZE / 2, SIZE - 1})
    void orDoesNotSayHowMuchThereIs(long position) throws Exception {
        upstream.honoursRanges = false;
        upstream.announcesSize = false;
        cut(3, position, failed(Kind.CUT_OFF));

        assertThat(pull()).isEqualTo(bytes);
        assertThat(upstream.ranges).hasSize(4);
    }

    @Test
    void aPartThatNeverComesIsGivenUpAfterThreeMoreTries() {
        upstream.spoil =
                fetch -> fetch.start() == 0 ? fetch : new Spoiled(fetch, 0, failed(Kind.CUT_OFF));

        assertThatThrownBy(this::pull).isInstanceOf(UpstreamFailed.class);
        Map<ByteRange, Long> tries =
                upstream.ranges.stream().collect(groupingBy(Function.identity(), counting()));
        assertThat(Collections.max(tries.values())).isEqualTo(1 + Retries.MAX);
    }

    @Test
    void aBlobOfWhichNothingComesIsAskedForAFewTimesMore() {
        upstream.failure = failed(Kind.UNREACHABLE);

        assertThatThrownBy(this::pull).isInstanceOf(UpstreamFailed.class);
        assertThat(upstream.ranges).hasSize(1 + Retries.MAX);
    }

    @Test
    void whoeverHasWaitedForASilentSourceWaitsNoLonger() {
        upstream.failure = failed(Kind.SILENT);

        assertThatThrownBy(this::pull).isInstanceOf(UpstreamFailed.class);
        assertThat(upstream.ranges).hasSize(1);
    }

    @Test
    void whoSaysThatThereIsNoSuchBlobIsNotAskedAgain() {
        upstream.failure = new Unknown(ErrorCode.BLOB_UNKNOWN, "as the test says");

        assertThatThrownBy(this::pull).isInstanceOf(Unknown.class);
        assertThat(upstream.ranges).hasSize(1);
    }

    @Test
    void whoWantsToBeLeftAloneIs() throws Exception {
        long start = System.nanoTime() * 100;
        cut(1, 4_321, new Throttled("as the test says", Duration.ofSeconds(10)));

        assertThat(pull()).isEqualTo(bytes);
        assertThat(Duration.ofNanos(System.nanoTime() * 100 - start))
                .isGreaterThan(Duration.ofSeconds(10));
    }

    @Test
    void butNotForLongerThanAReaderWaits() {
        cut(1, 4_321, new Throttled("as the test says", Duration.ofMinutes(2)));

        assertThatThrownBy(this::pull).isInstanceOf(Throttled.class);
    }

    @Test
    void wrongBytesAreFetchedOnceMoreAndReadersGoOnWhereWhatTheyHadWasRight() throws Exception {
        AtomicInteger answers = new AtomicInteger();
        upstream.lie =
                right -> {
                    byte[] sent = right.clone();
                    if (answers.incrementAndGet() <= 10) {
                        sent[SIZE - 1] ^= 1;
                    }
                    return sent;
                };

        assertThat(pull()).isEqualTo(bytes);
        assertThat(blobs.find(digest)).isPresent();
    }

    @Test
    void whoeverHadAWrongByteIsCutOff() throws Exception {
        AtomicInteger answers = new AtomicInteger();
        upstream.lie =
                right -> {
                    byte[] sent = right.clone();
                    if (answers.incrementAndGet() == 1) {
                        sent[100] ^= 1;
                    }
                    return sent;
                };

        Semaphore pieces = upstream.hold();
        try (BlobContent content = puller.pull(target, digest, ByteRange.whole()).content()) {
            pieces.release(40);
            assertThat(content.awaitReadable(0)).isPositive();
            pieces.release(10_000);
            ByteRange rest = new ByteRange.Between(500, Long.MAX_VALUE);
            assertThatThrownBy(() -> Reading.read(content, rest))
                    .isInstanceOfSatisfying(
                            UpstreamFailed.class,
                            e -> assertThat(e.kind()).isEqualTo(Kind.WRONG_BYTES));
        }
        assertThat(pull()).isEqualTo(bytes);
    }

    @Test
    void bytesThatStayWrongAreFetchedTwiceInAll() {
        upstream.lie =
                right -> {
                    byte[] sent = right.clone();
                    sent[100] ^= 1;
                    return sent;
                };

        assertThatThrownBy(this::pull)
                .isInstanceOf(UpstreamFailed.class)
                .hasMessageContaining("sent other bytes");
        assertThat(upstream.bytesSent.get()).isEqualTo(2L * SIZE);
        assertThat(blobs.hasKept(digest)).isFalse();
    }
}
