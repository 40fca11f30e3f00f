package dev.tarn.http.netty;

import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/// How late event loops come to what they have to do: each is asked to do nothing, again and again,
/// and seen when it does. Ends with its loops.
final class LoopLag {

    private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(1);

    /// Of so long ago the worst is remembered, at least.
    private static final long MEMORY_NANOS = TimeUnit.SECONDS.toNanos(10);

    /// The worst of a loop, and when that was.
    private record Worst(long nanos, long at) {}

    private final Map<EventExecutor, Worst> worst = new ConcurrentHashMap<>();

    LoopLag(EventLoopGroup loops) {
        loops.forEach(this::askAgain);
    }

    private void askAgain(EventExecutor loop) {
        if (!loop.isShuttingDown()) {
            long due = System.nanoTime() + INTERVAL_NANOS;
            var _ = loop.schedule(() -> seen(loop, due), INTERVAL_NANOS, TimeUnit.NANOSECONDS);
        }
    }

    private void seen(EventExecutor loop, long due) {
        long now = System.nanoTime();
        Worst lag = new Worst(Math.max(0, now - due), now);
        worst.merge(
                loop,
                lag,
                (before, latest) ->
                        before.nanos() > latest.nanos() && now - before.at() < MEMORY_NANOS
                                ? before
                                : latest);
        askAgain(loop);
    }

    /// The worst of all loops.
    Duration worst() {
        return Duration.ofNanos(worst.values().stream().mapToLong(Worst::nanos).max().orElse(0));
    }
}
