package dev.tarn.storage.eviction;

/// Greedy-Dual-Size-Frequency (Cherkasova 1998): a blob is worth the time that it has saved for
/// each byte that it takes. What leaves raises the floor on which those stand that come or are used
/// from then on; so what was popular long ago sinks, relative to them, without being touched.
public final class Gdsf implements EvictionPolicy {

    private double floor;

    @Override
    public Usage admit(long name, long size, long refetchNanos, long now) {
        return new Usage(size, refetchNanos, 1, now, floor);
    }

    @Override
    public Usage use(Usage usage, int times, long now) {
        return new Usage(usage.size(), usage.refetchNanos(), usage.uses() + times, now, floor);
    }

    @Override
    public double worth(Usage usage) {
        double nanosPerByte = (double) usage.refetchNanos() / Math.max(1, usage.size());
        return usage.mark() + usage.uses() * nanosPerByte;
    }

    @Override
    public void evicted(long name, Usage usage) {
        floor = Math.max(floor, worth(usage));
    }

    /// No blob stands on a floor that was never reached: after a restart, those that are there tell
    /// where it was.
    @Override
    public void meet(Usage usage) {
        floor = Math.max(floor, usage.mark());
    }
}
