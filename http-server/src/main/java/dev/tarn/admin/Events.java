package dev.tarn.admin;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.tarn.http.Response;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/// What one watcher is told as it happens (Server-sent events, WHATWG HTML §9.2): twice a second
/// how things are, and what has ended and failed since.
final class Events implements Response.Chunks {

    static final Duration INTERVAL = Duration.ofMillis(500);

    /// The most that have ended between two looks of which a watcher hears.
    private static final int ENDED_MAX = 100;

    private final Api api;
    private final Json json;
    private final BooleanSupplier goesOn;
    private final Lock lock = new ReentrantLock();
    private final Condition never = lock.newCondition();
    private long lastEnded;
    private Instant lastFailure = Instant.now();
    private boolean isBegun;

    /// @param goesOn false once the mirror stops
    Events(Api api, Json json, BooleanSupplier goesOn) {
        this.api = api;
        this.json = json;
        this.goesOn = goesOn;
        this.lastEnded = api.pulls(1).ended().stream().mapToLong(Api.Pull::id).max().orElse(0);
    }

    @Override
    public Optional<ByteBuffer> next() throws InterruptedException {
        if (isBegun) {
            pause();
        }
        isBegun = true;
        if (!goesOn.getAsBoolean()) {
            return Optional.empty();
        }
        StringBuilder text = new StringBuilder(4096);
        Api.Pulls pulls = api.pulls(ENDED_MAX);
        append(text, "overview", api.overview());
        append(text, "pulls", new Running(pulls.running()));
        long newest = lastEnded;
        for (Api.Pull pull : pulls.ended().reversed()) {
            if (pull.id() > lastEnded) {
                append(text, "ended", pull);
                newest = Math.max(newest, pull.id());
            }
        }
        lastEnded = newest;
        for (Api.Failure failure : api.failures().failures().reversed()) {
            if (failure.at().isAfter(lastFailure)) {
                append(text, "failure", failure);
                lastFailure = failure.at();
            }
        }
        return Optional.of(ByteBuffer.wrap(text.toString().getBytes(UTF_8)));
    }

    /// What `pulls` events hold.
    record Running(List<Api.Pull> running) {}

    private void append(StringBuilder text, String event, Object data) {
        text.append("event: ").append(event).append("\ndata: ");
        text.append(json.text(data)).append("\n\n");
    }

    /// Nobody wakes it but whoever interrupts it.
    private void pause() throws InterruptedException {
        lock.lock();
        try {
            long left = INTERVAL.toNanos();
            while (left > 0) {
                left = never.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }
}
