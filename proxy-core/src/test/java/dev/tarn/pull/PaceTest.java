package dev.tarn.pull;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;

/// The number of connections on links of several kinds. Time is the test's own.
class PaceTest {

    private static final int START = 4;
    private static final int MAX = 32;
    private static final long MILLI = Duration.ofMillis(1).toNanos();

    private final Pace pace = new Pace(START, MAX, 0);
    private long now;
    private int most;

    /// Runs as many connections as it likes, on a link that brings so many megabytes a second.
    private void run(Duration time, IntToDoubleFunction megabytesPerSecond) {
        long end = now + time.toNanos();
        while (now < end) {
            now += MILLI;
            int running = pace.limit();
            most = Math.max(most, running);
            pace.brought((long) (megabytesPerSecond.applyAsDouble(running) * 1e3), running, now);
        }
    }

    @Test
    void startsAsItIsTold() {
        assertThat(pace.limit()).isEqualTo(START);
        assertThat(pace.isKnown()).isFalse();
        assertThat(pace.bytesPerSecondEach()).isZero();
    }

    @Test
    void growsWhileMoreBringMore() {
        run(Duration.ofSeconds(5), running -> Math.min(10 * running, 150));
        assertThat(pace.limit()).isEqualTo(16);
        assertThat(pace.bytesPerSecondEach()).isBetween(9_000_000L, 10_000_000L);
    }

    @Test
    void growsToTheCapAndNotBeyond() {
        run(Duration.ofSeconds(10), running -> 10 * running);
        assertThat(pace.limit()).isEqualTo(MAX);
        assertThat(most).isEqualTo(MAX);
    }

    @Test
    void asksForNoMoreWhereEachIsFast() {
        run(Duration.ofSeconds(30), running -> 60 * running);
        assertThat(most).isEqualTo(START);
        assertThat(pace.limit()).isIn(START, START / 2);
        assertThat(pace.bytesPerSecondEach()).isBetween(55_000_000L, 65_000_000L);
    }

    @Test
    void goesDownToOneWhereOneIsEnough() {
        run(Duration.ofSeconds(5), _ -> 400);
        assertThat(pace.limit()).isEqualTo(1);
        assertThat(pace.bytesPerSecondEach()).isEqualTo(400_000_000);
    }

    @Test
    void goesDownToOneWhereOneBringsPlenty() {
        run(Duration.ofSeconds(5), running -> Math.min(320 * running, 400));
        assertThat(pace.limit()).isEqualTo(1);
        assertThat(pace.bytesPerSecondEach()).isEqualTo(320_000_000);
    }

    @Test
    void goesDownToOneWhereOneFillsMostOfABusyProcessor() {
        run(Duration.ofSeconds(5), running -> Math.min(160 * running, 200));
        assertThat(pace.limit()).isEqualTo(1);
    }

    @Test
    void staysWithMoreThanPlentyWhereMoreBringMuchMore() {
        run(Duration.ofSeconds(5), running -> Math.min(250 * running, 500));
        assertThat(pace.limit()).isEqualTo(2);
    }

    @Test
    void takesMoreAgainWhereOneBringsPlentyNoLonger() {
        run(Duration.ofSeconds(5), running -> Math.min(320 * running, 400));
        run(Duration.ofSeconds(60), running -> Math.min(20 * running, 160));
        assertThat(pace.limit()).isEqualTo(2 * START);
    }

    @Test
    void staysWithAsManyAsBringTheMostWhereEachIsFast() {
        run(Duration.ofSeconds(5), running -> Math.min(100 * running, 200));
        assertThat(pace.limit()).isEqualTo(2);
    }

    @Test
    void takesMoreAgainWhereTheOneIsThrottled() {
        run(Duration.ofSeconds(5), _ -> 400);
        run(Duration.ofSeconds(60), running -> Math.min(10 * running, 80));
        assertThat(pace.limit()).isEqualTo(2 * START);
    }

    @Test
    void goesBackWhereMoreBringNoMore() {
        run(Duration.ofSeconds(5), _ -> 100);
        assertThat(pace.limit()).isEqualTo(START);
        assertThat(most).isEqualTo(2 * START);
    }

    @Test
    void goesBackWhereMoreBringLess() {
        run(Duration.ofSeconds(5), running -> 400.0 / running);
        assertThat(pace.limit()).isEqualTo(START);
    }

    @Test
    void triesAgainAfterAWhile() {
        run(Duration.ofSeconds(5), _ -> 40);
        run(Duration.ofSeconds(20), running -> Math.min(10 * running, 80));
        assertThat(pace.limit()).isEqualTo(2 * START);
    }

    @Test
    void learnsNothingWhereLessRunsThanMay() {
        for (int i = 0; i < 5_000; i++) {
            now += MILLI;
            pace.brought(1_000, 1, now);
        }
        assertThat(pace.limit()).isEqualTo(START);
        assertThat(pace.isKnown()).isFalse();
    }

    @Test
    void learnsThoughOneIsMissingNowAndThen() {
        for (int i = 0; i < 5_000; i++) {
            now += MILLI;
            pace.brought(400_000, i % 10 == 0 ? pace.limit() - 1 : pace.limit(), now);
        }
        assertThat(pace.limit()).isEqualTo(1);
    }

    @Test
    void takesNoPauseForSlowness() {
        run(Duration.ofSeconds(5), running -> Math.min(10 * running, 150));
        now += Duration.ofMinutes(5).toNanos();
        run(Duration.ofSeconds(5), running -> Math.min(10 * running, 150));
        assertThat(pace.limit()).isIn(16, 32);
        assertThat(pace.bytesPerSecondEach()).isGreaterThan(4_000_000L);
    }
}
