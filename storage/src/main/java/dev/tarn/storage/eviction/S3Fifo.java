package dev.tarn.storage.eviction;

import java.util.Optional;

/// S3-FIFO (Yang et al., SOSP 2023): what comes must be wanted again while it passes through a
/// small queue, a tenth of the capacity, to get into the main one, where each use since the last
/// round buys another round. Of what left the small queue a ghost remains: if it comes back, it
/// goes straight into the main one.
///
/// A queue is an order of time here: `mark` is when a blob entered the main queue, or minus when it
/// entered the small one. What came before a restart is taken to be in the main one.
public final class S3Fifo implements EvictionPolicy {

    private static final int SMALL_SHARE = 10;
    private static final int USES_MAX = 4;
    private static final int GHOSTS = 1 << 16;

    /// More than any time.
    private static final double FIRST = 1e16;

    private final long smallBytesMax;
    private final long startedAt;
    private final long[] ghosts = new long[GHOSTS];
    private long smallBytes;

    public S3Fifo(long capacityBytes, long startedAt) {
        this.smallBytesMax = capacityBytes / SMALL_SHARE;
        this.startedAt = startedAt;
    }

    @Override
    public Usage admit(long name, long size, long refetchNanos, long now) {
        boolean isGhost = ghosts[slot(name)] == name;
        if (!isGhost) {
            smallBytes += size;
        }
        return new Usage(size, refetchNanos, 1, now, isGhost ? now : -now);
    }

    @Override
    public Usage use(Usage usage, int times, long now) {
        int uses = Math.min(usage.uses() + times, USES_MAX);
        return new Usage(usage.size(), usage.refetchNanos(), uses, now, usage.mark());
    }

    @Override
    public double worth(Usage usage) {
        if (!isSmall(usage)) {
            return Math.abs(usage.mark());
        }
        return -usage.mark() + (smallBytes > smallBytesMax ? -FIRST : FIRST);
    }

    @Override
    public Optional<Usage> spare(Usage usage, long now) {
        if (usage.uses() == 1) {
            return Optional.empty();
        }
        int usesLeft = isSmall(usage) ? 1 : usage.uses() - 1;
        leaveSmall(usage);
        return Optional.of(
                new Usage(usage.size(), usage.refetchNanos(), usesLeft, usage.usedAt(), now));
    }

    @Override
    public void evicted(long name, Usage usage) {
        if (isSmall(usage)) {
            ghosts[slot(name)] = name;
        }
        leaveSmall(usage);
    }

    private void leaveSmall(Usage usage) {
        if (isSmall(usage)) {
            smallBytes -= usage.size();
        }
    }

    private boolean isSmall(Usage usage) {
        return usage.mark() < 0 && -usage.mark() >= startedAt;
    }

    private static int slot(long name) {
        return (int) (name & (GHOSTS - 1));
    }
}
