package dev.tarn.bench.replay;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/// One exact queue, in the order of the last use (LRU) or of the first (FIFO).
final class OrderedCache implements ReplayedCache {

    private final long capacity;
    private final Map<Integer, Long> queue;
    private long bytes;
    private long evictedBytes;

    OrderedCache(long capacity, boolean isByUse) {
        this.capacity = capacity;
        this.queue = new LinkedHashMap<>(1 << 16, 0.75f, isByUse);
    }

    @Override
    public boolean request(int blob, long size) {
        if (queue.get(blob) != null) {
            return true;
        }
        if (size <= capacity) {
            Iterator<Long> oldest = queue.values().iterator();
            while (bytes + size > capacity) {
                long gone = oldest.next();
                oldest.remove();
                bytes -= gone;
                evictedBytes += gone;
            }
            queue.put(blob, size);
            bytes += size;
        }
        return false;
    }

    @Override
    public long evictedBytes() {
        return evictedBytes;
    }
}
