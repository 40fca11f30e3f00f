package dev.tarn.http.netty;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class PatienceTest {

    private static final long SECOND = Duration.ofSeconds(1).toNanos();
    private static final Limits LIMITS =
            Limits.DEFAULT
                    .withTimes(Duration.ofSeconds(10), Duration.ofSeconds(30))
                    .withMinRate(1_000, Duration.ofSeconds(10));

    private final Patience patience = new Patience(LIMITS);

    @Test
    void itLooksAtLeastOnceInEachGraceTime() {
        assertThat(patience.lookTime()).isEqualTo(Duration.ofSeconds(10));
        assertThat(new Patience(LIMITS.withMinRate(0)).lookTime())
                .isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void whoTakesTheMinimumMayGoOnForEver() {
        for (int i = 1; i <= 1_000; i++) {
            assertThat(patience.isOver(10_000L * i, 10 * SECOND * i)).isFalse();
        }
    }

    @Test
    void whoTakesLessIsCutAfterTheGraceTime() {
        assertThat(patience.isOver(9_000, 9 * SECOND)).isFalse();
        assertThat(patience.isOver(9_999, 10 * SECOND)).isTrue();
    }

    @Test
    void whatWasTakenLongAgoDoesNotCount() {
        assertThat(patience.isOver(1L << 40, 10 * SECOND)).isFalse();
        assertThat(patience.isOver((1L << 40) + 9_999, 20 * SECOND)).isTrue();
    }

    @Test
    void timeWithoutAnythingToTakeDoesNotCount() {
        for (int i = 0; i < 1_000; i++) {
            assertThat(patience.isOver(1, 5 * SECOND)).isFalse();
        }
    }

    @Test
    void withoutAMinimumOnlyWhoTakesNothingIsCut() {
        Patience endless = new Patience(LIMITS.withMinRate(0));
        for (int i = 1; i <= 100; i++) {
            assertThat(endless.isOver(i, 29 * SECOND * i)).isFalse();
        }
        assertThat(endless.isOver(100, 29 * SECOND * 100 + 30 * SECOND)).isTrue();
    }
}
