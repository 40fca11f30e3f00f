package dev.tarn.bench.replay;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;

/// Caffeine with sizes as weights: W-TinyLFU whose window adapts.
final class CaffeineCache implements ReplayedCache {

    private final Cache<Integer, Long> cache;
    private long evictedBytes;

    CaffeineCache(long capacity) {
        cache =
                Caffeine.newBuilder()
                        .maximumWeight(capacity)
                        .<Integer, Long>weigher((_, size) -> Math.toIntExact(size))
                        .evictionListener((_, size, _) -> evictedBytes += size == null ? 0 : size)
                        .executor(Runnable::run)
                        .build();
    }

    @Override
    public boolean request(int blob, long size) {
        if (cache.getIfPresent(blob) != null) {
            return true;
        }
        cache.put(blob, size);
        return false;
    }

    @Override
    public long evictedBytes() {
        return evictedBytes;
    }
}
