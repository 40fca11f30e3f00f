package dev.tarn.bench.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ReplayTest {

    private static final Trace GENERATED = Trace.generate(1);
    private static final long[] SIZES = GENERATED.sizes(1);

    @TempDir private Path folder = Path.of("");

    private Trace read(String uris) throws IOException {
        return Trace.read(Files.writeString(folder.resolve("trace.csv"), uris));
    }

    private static long share(int percent) {
        return LongStream.of(SIZES).sum() / 100 * percent;
    }

    @Test
    void ofATraceTheBlobsCountByDigest() throws IOException {
        Trace trace = read("v2\nv2/a/blobs/x\nv2/a/manifests/y\nv2/b/blobs/x\nv2/a/blobs/z\n");

        assertThat(IntStream.range(0, trace.length()).map(trace::blob)).containsExactly(0, 0, 1);
    }

    @Test
    void aMadeUpTraceIsLikeARealOne() {
        long[] requests = new long[SIZES.length];
        IntStream.range(0, GENERATED.length()).forEach(i -> requests[GENERATED.blob(i)]++);
        double wantedOnce = (double) LongStream.of(requests).filter(it -> it == 1).count();

        assertThat((double) SIZES.length / GENERATED.length()).isCloseTo(0.314, within(0.01));
        assertThat(wantedOnce / SIZES.length).isCloseTo(0.68, within(0.03));
        assertThat(Replay.of(Replay.Kind.EXACT_LRU, share(10), GENERATED, SIZES).objectHits())
                .isCloseTo(0.63, within(0.03));
    }

    @Test
    void sizesAreSpreadAsInTheStudy() {
        long[] sorted = SIZES.clone();
        Arrays.sort(sorted);

        assertThat(sorted[sorted.length / 2]).isBetween(12_000L, 17_000L);
        assertThat(sorted[sorted.length * 9 / 10]).isBetween(28_000_000L, 34_000_000L);
        assertThat(sorted[0]).isGreaterThanOrEqualTo(100);
        assertThat(sorted[sorted.length - 1]).isLessThanOrEqualTo(690_000_000);
    }

    @ParameterizedTest
    @EnumSource
    void aCacheThatHoldsEverythingMissesEachBlobOnce(Replay.Kind kind) {
        Replay replay = Replay.of(kind, 2 * share(100), GENERATED, SIZES);

        assertThat(replay.objectHits()).isEqualTo(1 - (double) SIZES.length / GENERATED.length());
        assertThat(replay.evictedBytes()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void aCacheEvictsAllButWhatItHolds(Replay.Kind kind) throws IOException {
        Trace trace = read("v2/a/blobs/x\nv2/a/blobs/y\nv2/a/blobs/z\nv2/a/blobs/z\n");

        Replay replay = Replay.of(kind, 100, trace, new long[] {60, 60, 60});

        assertThat(replay.objectHits()).isLessThanOrEqualTo(0.25);
        assertThat(replay.evictedBytes()).isGreaterThanOrEqualTo(120);
    }

    @Test
    void theWorstOfASampleIsNearlyAsGoodAsAnExactQueue() {
        Replay exact = Replay.of(Replay.Kind.EXACT_LRU, share(5), GENERATED, SIZES);
        Replay sampled = Replay.of(Replay.Kind.LRU, share(5), GENERATED, SIZES);

        assertThat(sampled.objectHits()).isCloseTo(exact.objectHits(), within(0.005));
        assertThat(sampled.byteHits()).isCloseTo(exact.byteHits(), within(0.005));
    }

    @Test
    void moreRequestsAreHitsWhenSizeAndCostCount() {
        Replay lru = Replay.of(Replay.Kind.EXACT_LRU, share(5), GENERATED, SIZES);
        Replay gdsf = Replay.of(Replay.Kind.GDSF, share(5), GENERATED, SIZES);

        assertThat(gdsf.objectHits()).isGreaterThan(lru.objectHits() + 0.03);
    }
}
