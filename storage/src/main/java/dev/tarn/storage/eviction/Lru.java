package dev.tarn.storage.eviction;

/// What was not wanted for the longest time goes first.
public final class Lru implements EvictionPolicy {

    @Override
    public Usage admit(long name, long size, long refetchNanos, long now) {
        return new Usage(size, refetchNanos, 1, now, 0);
    }

    @Override
    public Usage use(Usage usage, int times, long now) {
        return new Usage(usage.size(), usage.refetchNanos(), usage.uses() + times, now, 0);
    }

    @Override
    public double worth(Usage usage) {
        return usage.usedAt();
    }
}
