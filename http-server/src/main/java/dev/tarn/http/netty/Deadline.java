package dev.tarn.http.netty;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// What a connection does when nothing happens in time. It is set anew several times for each
/// request, which must cost next to nothing: the event loop's own timer is left to ring too early,
/// and then set for the rest. Used on the event loop only.
final class Deadline {

    private final EventExecutor loop;
    private long atNanos;
    private @Nullable Runnable otherwise;
    private @Nullable Future<?> alarm;
    private long alarmAtNanos;

    Deadline(EventExecutor loop) {
        this.loop = loop;
    }

    void set(Duration time, Runnable action) {
        atNanos = loop.ticker().nanoTime() + time.toNanos();
        otherwise = action;
        if (alarm == null || alarmAtNanos - atNanos > 0) {
            cancelAlarm();
            setAlarm();
        }
    }

    /// What to do instead, at the same time.
    void replace(Runnable action) {
        if (otherwise != null) {
            otherwise = action;
        }
    }

    void clear() {
        otherwise = null;
    }

    /// Nothing will be set any more.
    void close() {
        clear();
        cancelAlarm();
    }

    private void setAlarm() {
        alarmAtNanos = atNanos;
        alarm = loop.schedule(this::ring, atNanos - loop.ticker().nanoTime(), TimeUnit.NANOSECONDS);
    }

    private void cancelAlarm() {
        if (alarm != null) {
            alarm.cancel(false);
            alarm = null;
        }
    }

    private void ring() {
        alarm = null;
        Runnable action = otherwise;
        if (action == null) {
            return;
        }
        if (atNanos - loop.ticker().nanoTime() > 0) {
            setAlarm();
        } else {
            otherwise = null;
            action.run();
        }
    }
}
