package dev.tarn.report;

import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/// The last day, minute by minute, and how much went through in the last seconds. Somebody has to
/// look once a second.
public final class History {

    static final int MINUTES_MAX = 24 * 60;

    /// Over how many looks a rate is taken.
    private static final int RATE_LOOKS = 5;

    /// What came in one minute.
    public record Minute(Instant at, Totals totals) {}

    /// How much goes through, in bytes per second.
    public record Rates(double served, double pulled) {}

    private record Look(Instant at, Totals totals) {}

    private final Supplier<Totals> totals;
    private final InstantSource clock;
    private final Lock lock = new ReentrantLock();
    private final Deque<Minute> minutes = new ArrayDeque<>();
    private final Deque<Look> looks = new ArrayDeque<>();
    private Instant minute;
    private Totals before = Totals.NOTHING;

    public History(Supplier<Totals> totals, InstantSource clock) {
        this.totals = totals;
        this.clock = clock;
        this.minute = minuteOf(clock.instant());
    }

    private static Instant minuteOf(Instant instant) {
        return instant.truncatedTo(ChronoUnit.MINUTES);
    }

    /// Looks how much there is by now.
    public void look() {
        lock.lock();
        try {
            Instant now = clock.instant();
            Totals counted = totals.get();
            looks.addLast(new Look(now, counted));
            if (looks.size() > RATE_LOOKS) {
                looks.removeFirst();
            }
            Instant current = minuteOf(now);
            if (!current.equals(minute)) {
                minutes.addLast(new Minute(minute, counted.minus(before)));
                if (minutes.size() >= MINUTES_MAX) {
                    minutes.removeFirst();
                }
                before = counted;
                minute = current;
            }
        } finally {
            lock.unlock();
        }
    }

    /// The oldest first; the last one is the minute that runs.
    public List<Minute> minutes() {
        lock.lock();
        try {
            List<Minute> all = new ArrayList<>(minutes);
            all.add(new Minute(minute, totals.get().minus(before)));
            return all;
        } finally {
            lock.unlock();
        }
    }

    public Rates rates() {
        lock.lock();
        try {
            if (looks.size() < 2) {
                return new Rates(0, 0);
            }
            Look first = looks.getFirst();
            Look last = looks.getLast();
            double seconds = Math.max(0.001, first.at().until(last.at(), ChronoUnit.MILLIS) / 1e3);
            Totals between = last.totals().minus(first.totals());
            return new Rates(between.servedBytes() / seconds, between.pulledBytes() / seconds);
        } finally {
            lock.unlock();
        }
    }
}
