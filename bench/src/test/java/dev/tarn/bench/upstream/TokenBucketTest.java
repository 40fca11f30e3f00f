package dev.tarn.bench.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TokenBucketTest {

    private static final long SECOND = 1_000_000_000;

    private final TokenBucket bucket = new TokenBucket(1_000, 0);

    @Test
    void whoComesFirstDoesNotWait() {
        assertThat(bucket.reserve(500, 0)).isZero();
    }

    @Test
    void whoComesNextWaitsForThoseBefore() {
        assertThat(bucket.reserve(500, 0)).isZero();
        assertThat(bucket.reserve(500, 0)).isEqualTo(SECOND / 2);
        assertThat(bucket.reserve(1, SECOND / 4)).isEqualTo(SECOND * 3 / 4);
    }

    @Test
    void wakingUpLateIsMadeUpFor() {
        assertThat(bucket.reserve(1_000, 0)).isZero();
        assertThat(bucket.reserve(1_000, SECOND + 10_000_000)).isZero();
        assertThat(bucket.reserve(1_000, 2 * SECOND)).isZero();
    }

    @Test
    void idleTimeIsNotSaved() {
        assertThat(bucket.reserve(1, 100 * SECOND)).isZero();
        assertThat(bucket.reserve(1_000, 100 * SECOND)).isZero();
        assertThat(bucket.reserve(1, 100 * SECOND)).isGreaterThan(SECOND * 9 / 10);
    }

    @Test
    void withoutALimitNobodyWaits() {
        TokenBucket open = new TokenBucket(Double.POSITIVE_INFINITY, 0);
        assertThat(open.reserve(Long.MAX_VALUE / 2, 0)).isZero();
        assertThat(open.reserve(1, 0)).isZero();
    }
}
