package dev.tarn.pull;

import java.time.Duration;

/// How many connections at once an upstream is worth, found by trying: more while more bring more
/// bytes, fewer while fewer bring as many, and back to what was enough where they do not. Pure
/// state; its owner locks and has the clock.
final class Pace {

    /// Long enough that new connections, and requests for new parts, hardly count.
    private static final long WINDOW_NANOS = Duration.ofMillis(250).toNanos();

    private static final int WINDOWS = 2;

    /// How long an answer to the question whether more would be better holds.
    private static final long HOLD_NANOS = Duration.ofSeconds(10).toNanos();

    /// By how much twice as many connections must be faster.
    private static final double GAIN_MIN = 1.2;

    /// What is left of a rate after each window that was slower: one stall is no new link.
    private static final double FADING = 0.95;

    /// What half as many must still bring, as a share.
    private static final double LOSS_MAX = 0.9;

    /// What one connection brings in a second where connections are not what limits: more of them
    /// would only get in one another's way, and each costs its share of the processor.
    private static final double FAST = 50e6;

    /// What one connection brings in a second where it is our processor that limits. Fewer cost
    /// less there: what comes in order is hashed as it comes, and not read back for that.
    private static final double PLENTY = 100e6;

    /// What half as many must still bring where each of them brings plenty.
    private static final double LOSS_MAX_OF_PLENTY = 0.75;

    private final int max;
    private int limit;
    private int enough;
    private double enoughRate;
    private double bytesPerSecond;
    private long askedAgainAt;

    private long windowStart;
    private long windowBytes;
    private double windowRunningBytes;
    private boolean isSettled;
    private int windows;
    private double bestRate;

    Pace(int start, int max, long now) {
        this.max = max;
        this.limit = Math.min(start, max);
        this.askedAgainAt = now;
        open(now);
    }

    /// The number of connections that is worth trying now.
    int limit() {
        return limit;
    }

    /// Whether anything has been found out yet.
    boolean isKnown() {
        return enough > 0;
    }

    /// What one connection brings in a second; 0 where nobody knows yet.
    long bytesPerSecondEach() {
        return enough == 0 ? 0 : (long) (bytesPerSecond / enough);
    }

    /// `bytes` came on one of `running` connections. How many ran in a window is an average, since
    /// one is always missing for a moment between two parts of a blob.
    void brought(long bytes, int running, long now) {
        windowBytes += bytes;
        windowRunningBytes += (double) bytes * running;
        long nanos = now - windowStart;
        if (nanos < WINDOW_NANOS) {
            return;
        }
        int windowRunning = (int) Math.round(windowRunningBytes / windowBytes);
        boolean isSteady = nanos < 2 * WINDOW_NANOS && windowRunning >= limit;
        if (isSteady && isSettled) {
            look(windowBytes * 1e9 / nanos, windowRunning, now);
        } else {
            isSettled = isSteady;
        }
        open(now);
    }

    private void open(long now) {
        windowStart = now;
        windowBytes = 0;
        windowRunningBytes = 0;
    }

    /// The best of some windows is what a number of connections is worth: stalls are no sign of it.
    private void look(double rate, int running, long now) {
        windows++;
        bestRate = Math.max(bestRate, rate);
        if (windows == WINDOWS) {
            judge(bestRate, running, now);
            windows = 0;
            bestRate = 0;
        }
    }

    private void judge(double rate, int running, long now) {
        bytesPerSecond = rate;
        if (running == enough) {
            enoughRate = Math.max(rate, enoughRate * FADING);
            if (now - askedAgainAt >= 0) {
                tryAnother(running, rate);
            }
        } else if (rate > enoughRate * threshold(running, rate)) {
            enough = running;
            enoughRate = rate;
            tryAnother(running, rate);
        } else {
            askedAgainAt = now + HOLD_NANOS;
            allow(enough);
        }
    }

    /// How much faster or slower than what was enough `running` connections must be to be that.
    private double threshold(int running, double rate) {
        if (running > enough) {
            return GAIN_MIN;
        }
        return rate > running * PLENTY ? LOSS_MAX_OF_PLENTY : LOSS_MAX;
    }

    private void tryAnother(int running, double rate) {
        allow(rate / running < FAST ? 2 * running : Math.max(running / 2, 1));
    }

    private void allow(int connections) {
        limit = Math.min(connections, max);
        isSettled = false;
    }
}
