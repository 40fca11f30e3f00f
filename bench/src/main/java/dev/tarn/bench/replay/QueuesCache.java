package dev.tarn.bench.replay;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/// S3-FIFO with its three queues, as in the paper (Yang et al., SOSP 2023, algorithm 1).
final class QueuesCache implements ReplayedCache {

    private static final int SMALL_SHARE = 10;
    private static final int USES_MAX = 3;

    private final long capacity;
    private final Map<Integer, Long> small = new LinkedHashMap<>();
    private final Map<Integer, Long> main = new LinkedHashMap<>();
    private final Map<Integer, Long> ghosts = new LinkedHashMap<>();
    private final Map<Integer, Integer> uses = new HashMap<>();
    private long smallBytes;
    private long mainBytes;
    private long ghostBytes;
    private long evictedBytes;

    QueuesCache(long capacity) {
        this.capacity = capacity;
    }

    @Override
    public boolean request(int blob, long size) {
        Integer used = uses.get(blob);
        if (used != null) {
            uses.put(blob, Math.min(used + 1, USES_MAX));
            return true;
        }
        if (size <= capacity) {
            while (smallBytes + mainBytes + size > capacity) {
                evict();
            }
            uses.put(blob, 0);
            if (ghosts.remove(blob) != null) {
                ghostBytes -= size;
                main.put(blob, size);
                mainBytes += size;
            } else {
                small.put(blob, size);
                smallBytes += size;
            }
        }
        return false;
    }

    private void evict() {
        if (smallBytes >= capacity / SMALL_SHARE || main.isEmpty()) {
            evictSmall();
        } else {
            evictMain();
        }
    }

    private void evictSmall() {
        int blob = small.keySet().iterator().next();
        long size = take(small, blob);
        smallBytes -= size;
        if (uses.getOrDefault(blob, 0) > 1) {
            uses.put(blob, 0);
            main.put(blob, size);
            mainBytes += size;
        } else {
            uses.remove(blob);
            evictedBytes += size;
            ghosts.put(blob, size);
            ghostBytes += size;
            while (ghostBytes > capacity * (SMALL_SHARE - 1) / SMALL_SHARE) {
                ghostBytes -= take(ghosts, ghosts.keySet().iterator().next());
            }
        }
    }

    private void evictMain() {
        int blob = main.keySet().iterator().next();
        long size = take(main, blob);
        int used = uses.getOrDefault(blob, 0);
        if (used > 0) {
            uses.put(blob, used - 1);
            main.put(blob, size);
        } else {
            uses.remove(blob);
            mainBytes -= size;
            evictedBytes += size;
        }
    }

    private static long take(Map<Integer, Long> queue, int blob) {
        Long size = queue.remove(blob);
        return size == null ? 0 : size;
    }

    @Override
    public long evictedBytes() {
        return evictedBytes;
    }
}
