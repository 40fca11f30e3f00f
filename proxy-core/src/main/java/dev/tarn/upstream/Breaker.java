package dev.tarn.upstream;

import dev.tarn.oci.RegistryException;
import dev.tarn.oci.RegistryException.Throttled;
import dev.tarn.oci.RegistryException.UpstreamFailed;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/// Whether it makes sense to ask. After some failures in a row nobody asks for a while, then one
/// does, on trial: that settles it for another while, each longer than the last. Whoever tells us
/// to come later is left alone until then. So a dead registry costs its clients no time, and is not
/// kept down by those who ask it again and again.
final class Breaker {

    /// As many failures as may be bad luck.
    static final int FAILURES_MAX = 5;

    static final Duration PAUSE_MIN = Duration.ofSeconds(1);
    static final Duration PAUSE_MAX = Duration.ofSeconds(30);

    /// How long to wait for the outcome of somebody else's trial.
    private static final Duration TRIAL = Duration.ofMillis(200);

    private final LongSupplier nanoTime;
    private final Lock lock = new ReentrantLock();
    private int failures;
    private int pauses;
    private long pauseEnd;
    private boolean isPaused;
    private boolean isTried;
    private String reason = "";
    private boolean isForFailures;

    Breaker(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.pauseEnd = nanoTime.getAsLong();
    }

    /// Why nobody asks now; empty where whoever wants to may.
    Optional<String> pausedBy() {
        lock.lock();
        try {
            return isPaused ? Optional.of(reason) : Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    /// Whether one may ask, to see how things are.
    boolean isOnTrial() {
        lock.lock();
        try {
            return isPaused && pauseEnd - nanoTime.getAsLong() <= 0;
        } finally {
            lock.unlock();
        }
    }

    /// What is asked, where it may be.
    @FunctionalInterface
    interface Question<T> {
        T ask() throws InterruptedException;
    }

    /// Asks `whom`, unless he should be left alone now. A failure is heard; whether an answer is a
    /// success is for the caller to say.
    <T> T ask(String whom, Question<T> question) throws InterruptedException {
        enter(whom);
        boolean isSettled = false;
        try {
            T answer = question.ask();
            isSettled = true;
            return answer;
        } catch (RegistryException e) {
            heard(e);
            isSettled = true;
            throw e;
        } finally {
            if (!isSettled) {
                abandoned();
            }
        }
    }

    /// Throws where `whom` should not be asked now. Where it returns, exactly one call must follow
    /// that tells how it went.
    void enter(String whom) {
        lock.lock();
        try {
            if (!isPaused) {
                return;
            }
            long nanosLeft = pauseEnd - nanoTime.getAsLong();
            if (nanosLeft > 0 || isTried) {
                throw leftAlone(whom, nanosLeft > 0 ? Duration.ofNanos(nanosLeft) : TRIAL);
            }
            isTried = true;
        } finally {
            lock.unlock();
        }
    }

    /// Throws where `whom` should not be asked any more by one who has entered and then waited for
    /// his turn. Otherwise all who came before the failures would still ask, one after the other.
    /// Whoever is on trial passes: he entered because the pause was over.
    void enterStill(String whom) {
        lock.lock();
        try {
            long nanosLeft = pauseEnd - nanoTime.getAsLong();
            if (isPaused && nanosLeft > 0) {
                throw leftAlone(whom, Duration.ofNanos(nanosLeft));
            }
        } finally {
            lock.unlock();
        }
    }

    private Throttled leftAlone(String whom, Duration pause) {
        String what = whom + " is left alone for a while: " + reason;
        return isForFailures ? Throttled.leftAlone(what, pause) : new Throttled(what, pause);
    }

    void succeeded() {
        lock.lock();
        try {
            isTried = false;
            failures = 0;
            if (pauseEnd - nanoTime.getAsLong() <= 0) { // else somebody heard worse since
                isPaused = false;
                pauses = 0;
            }
        } finally {
            lock.unlock();
        }
    }

    /// An answer that is a failure. Not every one speaks against asking again: who says that there
    /// is no such thing is well.
    void heard(RegistryException answer) {
        switch (answer) {
            case Throttled throttled when throttled.isTold() ->
                    pause(throttled.retryAfter(), throttled);
            case Throttled _ -> abandoned(); // it never came to asking
            case UpstreamFailed failed when isSick(failed) -> failed(failed);
            default -> succeeded();
        }
    }

    /// Whether this is about the registry, and not about the one thing that was asked for.
    static boolean isSick(UpstreamFailed failure) {
        return switch (failure.kind()) {
            case UNREACHABLE, SILENT, CUT_OFF, BROKEN -> true;
            case BAD_ANSWER, WRONG_BYTES -> false;
        };
    }

    /// Nobody will tell how it went.
    void abandoned() {
        lock.lock();
        try {
            isTried = false;
        } finally {
            lock.unlock();
        }
    }

    /// Of many that fail at the same time, one begins the pause.
    private void failed(UpstreamFailed failure) {
        lock.lock();
        try {
            isTried = false;
            failures++;
            if (failures >= FAILURES_MAX && pauseEnd - nanoTime.getAsLong() <= 0) {
                long most = PAUSE_MIN.toNanos() << Math.min(pauses, 5);
                long nanos = Math.min(most, PAUSE_MAX.toNanos());
                pauses++;
                pause(Duration.ofNanos(nanos / 2 + random(nanos / 2)), failure);
            }
        } finally {
            lock.unlock();
        }
    }

    private void pause(Duration pause, RegistryException why) {
        lock.lock();
        try {
            long end = nanoTime.getAsLong() + pause.toNanos();
            pauseEnd = isPaused && pauseEnd - end > 0 ? pauseEnd : end;
            isPaused = true;
            isTried = false;
            failures = Math.max(failures, FAILURES_MAX);
            reason = String.valueOf(why.getMessage());
            isForFailures = why instanceof UpstreamFailed;
        } finally {
            lock.unlock();
        }
    }

    private static long random(long bound) {
        return ThreadLocalRandom.current().nextLong(bound);
    }
}
