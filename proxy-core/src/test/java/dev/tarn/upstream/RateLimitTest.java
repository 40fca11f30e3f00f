package dev.tarn.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RateLimitTest {

    private long now = Long.MAX_VALUE - 1_000; // System.nanoTime may wrap around
    private final RateLimit limit = new RateLimit(() -> now);

    @Test
    void nothingIsKnownUntilItIsSaid() {
        assertThat(limit.isBelow(1_000)).isFalse();
    }

    @Test
    void whatWasSaidLastCountsForItsWindow() {
        limit.note("100;w=21600");
        limit.note(" 9;w=21600 ");

        assertThat(limit.isBelow(10)).isTrue();
        assertThat(limit.isBelow(9)).isFalse();
        now += Duration.ofHours(6).toNanos();
        assertThat(limit.isBelow(10)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "many", "1;w=", "99999999999", "1;w=1;x", "1,2"})
    void whatMakesNoSenseIsNotHeard(String header) {
        limit.note("100;w=21600");
        limit.note(header);

        assertThat(limit.isBelow(100)).isFalse();
    }
}
