package dev.tarn.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.tarn.oci.ErrorCode;
import dev.tarn.oci.RegistryException;
import dev.tarn.oci.RegistryException.Throttled;
import dev.tarn.oci.RegistryException.Unknown;
import dev.tarn.oci.RegistryException.UpstreamFailed;
import dev.tarn.oci.RegistryException.UpstreamFailed.Kind;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BreakerTest {

    private final UpstreamFailed down = new UpstreamFailed(Kind.UNREACHABLE, "down");

    private long now = Long.MAX_VALUE - 1_000; // System.nanoTime may wrap around
    private final Breaker breaker = new Breaker(() -> now);

    private void pass(Duration time) {
        now += time.toNanos();
    }

    private void ask(RegistryException answer) {
        breaker.enter("a.example");
        breaker.heard(answer);
    }

    private void assertIsOpen() {
        assertThatExceptionOfType(Throttled.class)
                .isThrownBy(() -> breaker.enter("a.example"))
                .satisfies(e -> assertThat(e.retryAfter()).isPositive())
                .withMessageContaining("a.example is left alone for a while: down");
    }

    private void fail(int times) {
        for (int i = 0; i < times; i++) {
            ask(down);
        }
    }

    @Test
    void someFailuresMayBeBadLuck() {
        fail(Breaker.FAILURES_MAX - 1);
        breaker.enter("a.example");
        breaker.succeeded();
        fail(Breaker.FAILURES_MAX - 1);

        assertThatCode(() -> breaker.enter("a.example")).doesNotThrowAnyException();
    }

    @Test
    void afterMoreNobodyAsksForAWhileAndThenOneDoes() {
        fail(Breaker.FAILURES_MAX);
        assertIsOpen();

        pass(Breaker.PAUSE_MIN);
        breaker.enter("a.example");
        assertIsOpen();

        breaker.succeeded();
        assertThatCode(() -> breaker.enter("a.example")).doesNotThrowAnyException();
    }

    @Test
    void whoeverIsOnTrialAndLeavesMakesRoomForAnother() {
        fail(Breaker.FAILURES_MAX);
        pass(Breaker.PAUSE_MIN);
        breaker.enter("a.example");
        breaker.abandoned();

        assertThatCode(() -> breaker.enter("a.example")).doesNotThrowAnyException();
    }

    @Test
    void aThousandRequestsInAMinuteAskADeadRegistryNoMoreThanTwentyTimes() {
        int asked = 0;
        for (int i = 0; i < 1_000; i++) {
            pass(Duration.ofMillis(60));
            try {
                ask(down);
                asked++;
            } catch (Throttled e) {
                assertThat(e.retryAfter()).isLessThanOrEqualTo(Breaker.PAUSE_MAX);
            }
        }
        assertThat(asked).isBetween(Breaker.FAILURES_MAX + 1, 20);
    }

    @Test
    void whoWantsToBeLeftAloneIsForAsLongAsHeSaid() {
        breaker.enter("a.example");
        breaker.heard(Throttled.told("down", Duration.ofSeconds(40)));

        pass(Duration.ofSeconds(39));
        assertIsOpen();
        pass(Duration.ofSeconds(1));
        assertThatCode(() -> breaker.enter("a.example")).doesNotThrowAnyException();
    }

    @Test
    void itIsToldWhetherItsFailuresOrItsLimitKeepOthersAway() {
        fail(Breaker.FAILURES_MAX);
        assertThatExceptionOfType(Throttled.class)
                .isThrownBy(() -> breaker.enter("a.example"))
                .satisfies(e -> assertThat(e.isLeftAlone()).isTrue());

        breaker.heard(Throttled.told("down", Duration.ofMinutes(5)));
        assertThatExceptionOfType(Throttled.class)
                .isThrownBy(() -> breaker.enter("a.example"))
                .satisfies(e -> assertThat(e.isLeftAlone()).isFalse());
    }

    @Test
    void whoHasWaitedForHisTurnMeanwhileIsToldAsWell() {
        breaker.enter("a.example");
        breaker.enterStill("a.example");
        fail(Breaker.FAILURES_MAX);

        assertThatExceptionOfType(Throttled.class)
                .isThrownBy(() -> breaker.enterStill("a.example"))
                .withMessageContaining("a.example is left alone for a while: down");
    }

    @Test
    void whoeverIsOnTrialMayStillAskWhenHisTurnComes() {
        fail(Breaker.FAILURES_MAX);
        pass(Breaker.PAUSE_MIN);
        breaker.enter("a.example");

        assertThatCode(() -> breaker.enterStill("a.example")).doesNotThrowAnyException();
        assertIsOpen();
    }

    @Test
    void whatNobodyWasAskedIsNotHeldAgainstTheRegistry() {
        for (int i = 0; i < 100; i++) {
            ask(new Throttled("no turn yet", Duration.ofSeconds(40)));
        }

        assertThatCode(() -> breaker.enter("a.example")).doesNotThrowAnyException();
    }

    @Test
    void anOlderAnswerDoesNotEndThat() {
        breaker.enter("a.example");
        breaker.enter("a.example");
        breaker.heard(Throttled.told("down", Duration.ofSeconds(40)));
        breaker.succeeded();

        assertIsOpen();
    }

    @ParameterizedTest
    @EnumSource(
            value = Kind.class,
            names = {"BAD_ANSWER", "WRONG_BYTES"})
    void whatIsWrongWithOneImageIsNotHeldAgainstTheRegistry(Kind kind) {
        for (int i = 0; i < 100; i++) {
            ask(new UpstreamFailed(kind, "as the test says"));
        }
        breaker.enter("a.example");
        breaker.heard(new Unknown(ErrorCode.BLOB_UNKNOWN, "none"));

        assertThatCode(() -> breaker.enter("a.example")).doesNotThrowAnyException();
    }
}
