package dev.tarn.cli;

import java.time.Instant;
import java.time.InstantSource;

/// Tells the time as it passes from the start of the process on, whatever becomes of the machine's
/// clock meanwhile: when that is set, nothing becomes stale all at once, nor stays fresh for ever.
final class SteadyClock implements InstantSource {

    private final Instant start = Instant.now();
    private final long startNanos = System.nanoTime();

    @Override
    public Instant instant() {
        return start.plusNanos(System.nanoTime() - startNanos);
    }
}
