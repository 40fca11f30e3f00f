package dev.tarn.cli;

import static dev.tarn.upstream.FakeRequest.path;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tarn.oci.Digest;
import dev.tarn.oci.Digest.Algorithm;
import dev.tarn.pull.DownloadConfig;
import dev.tarn.upstream.FakeRegistry;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// One blob of 200 MB that nobody has, and 64 clients who want it: it crosses the upstream's link
/// once, and everybody is served while it does. With the configuration that is shipped.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class OneTransferTest {

    private static final int SIZE = 200_000_000;
    private static final int CLIENTS = 64;

    private byte[] blob = new byte[0];
    private Digest digest = Digest.of(Algorithm.SHA256, blob);
    private FakeRegistry registry;
    private MirrorFixture mirror;

    @BeforeAll
    void generate() {
        blob = new byte[SIZE];
        new SplittableRandom(200).nextBytes(blob);
        digest = Digest.of(Algorithm.SHA256, blob);
    }

    @AfterAll
    void forget() {
        blob = new byte[0];
    }

    @BeforeEach
    void start(@TempDir Path root) {
        registry = FakeRegistry.start();
        registry.addBlob("big", digest, blob);
        mirror =
                new MirrorFixture(
                        root,
                        DownloadConfig.DEFAULT,
                        Map.of(),
                        List.of(MirrorFixture.upstream("upstream.test", registry)));
    }

    @AfterEach
    void stop() {
        mirror.close();
        registry.close();
    }

    private String target() {
        return "/v2/big/blobs/" + digest;
    }

    /// One client and what it saw. It hashes what it gets, or compares it where that is a part.
    private final class Puller implements PullClient.Sink {
        private final int start;
        private final int end;
        private final int leavesAt;
        private final MessageDigest hash = Algorithm.SHA256.newHash();
        private int position;
        private boolean isRight = true;
        private long sentBeforeFirstByte = -1;

        Puller(int start, int end, int leavesAt) {
            this.start = start;
            this.end = end;
            this.leavesAt = leavesAt;
            this.position = start;
        }

        @Override
        public boolean accept(byte[] buffer, int length) {
            if (sentBeforeFirstByte < 0) {
                sentBeforeFirstByte = registry.bytesSent(digest);
            }
            if (isWhole()) {
                hash.update(buffer, 0, length);
            } else {
                isRight &=
                        position + length <= end
                                && Arrays.equals(
                                        buffer, 0, length, blob, position, position + length);
            }
            position += length;
            return position < leavesAt;
        }

        private boolean isWhole() {
            return end - start == SIZE && leavesAt > SIZE;
        }

        Answer pull() {
            return end - start == SIZE
                    ? mirror.client().stream(target(), this)
                    : mirror.client().stream(
                            target(), this, "Range", "bytes=" + start + "-" + (end - 1));
        }

        void check(Answer answer) {
            boolean leaves = leavesAt <= SIZE;
            assertThat(answer.status()).isEqualTo(end - start == SIZE ? 200 : 206);
            assertThat(answer.isComplete()).as(answer.toString()).isEqualTo(!leaves);
            assertThat(isRight).isTrue();
            if (isWhole()) {
                assertThat(Digest.of(Algorithm.SHA256, hash)).isEqualTo(digest);
            }
            assertThat(sentBeforeFirstByte)
                    .as("of the download, before the first byte from %d on", start)
                    .isBetween(0L, SIZE / 2L);
        }
    }

    private Puller whole() {
        return new Puller(0, SIZE, Integer.MAX_VALUE);
    }

    private Puller leaving(int leavesAt) {
        return new Puller(0, SIZE, leavesAt);
    }

    private Puller range(int start, int length) {
        return new Puller(start, start + length, Integer.MAX_VALUE);
    }

    /// All of them, that far apart; then what all of it has cost.
    private void pull(Duration apart, IntFunction<Puller> which) throws Exception {
        try (ScheduledExecutorService threads = Executors.newScheduledThreadPool(CLIENTS)) {
            List<Puller> pullers = new ArrayList<>();
            List<Future<Answer>> answers = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                Puller puller = which.apply(i);
                pullers.add(puller);
                answers.add(
                        threads.schedule(
                                puller::pull, apart.toMillis() * i, TimeUnit.MILLISECONDS));
            }
            for (int i = 0; i < CLIENTS; i++) {
                pullers.get(i).check(answers.get(i).get());
            }
        }
        awaitFetched();
    }

    /// The whole blob has been fetched, and no byte of it twice.
    private void awaitFetched() {
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(mirror.blobCount()).isEqualTo(1));
        assertThat(registry.bytesSent(digest)).isEqualTo(SIZE);
        assertThat(registry.bytesSent()).isEqualTo(SIZE);
        assertThat(registry.requests(path("/")))
                .allSatisfy(request -> assertThat(request.method()).isEqualTo("GET"));
    }

    @Test
    void sixtyFourClientsCostOneTransferAndAllStreamWhileItRuns() throws Exception {
        registry.limitRate(60_000_000);
        pull(Duration.ZERO, _ -> whole());
    }

    @Test
    void halfOfThemLeavingInMidBodyDisturbsNobody() throws Exception {
        registry.limitRate(60_000_000);
        pull(Duration.ZERO, i -> i % 2 == 0 ? leaving(1 + i * 2_000_000) : whole());
    }

    @Test
    void halfOfThemAskingForRangesCostsNothingMore() throws Exception {
        registry.limitRate(50_000_000);
        pull(Duration.ZERO, i -> i % 2 == 0 ? range(i * 3_000_000, 1_000_000) : whole());
    }

    @Test
    void thoseWhoArriveAHundredMillisecondsApartJoin() throws Exception {
        registry.limitRate(11_000_000);
        pull(Duration.ofMillis(100), _ -> whole());
    }

    @Test
    void aRangeOfAnUnknownBlobIsFetchedFirstAndTheRestAfterwards() {
        registry.limitRate(5_000_000);
        Puller cold = range(190_000_000, 1_000);

        Answer answer = cold.pull();

        cold.check(answer);
        assertThat(answer.duration()).isLessThan(Duration.ofSeconds(1));
        assertThat(answer.header("Content-Range")).contains("bytes 190000000-190000999/200000000");
        assertThat(registry.bytesSent()).isLessThan(3_000_000);
        registry.limitRate(Long.MAX_VALUE);
        awaitFetched();
        assertThat(mirror.client().get(target(), "Range", "bytes=7-9").body())
                .isEqualTo(Arrays.copyOfRange(blob, 7, 10));
        assertThat(registry.bytesSent()).isEqualTo(SIZE);
    }
}
