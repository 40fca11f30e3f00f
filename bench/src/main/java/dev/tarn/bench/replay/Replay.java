package dev.tarn.bench.replay;

import dev.tarn.storage.eviction.Eviction;
import java.util.function.LongFunction;

/// What a cache answered of a trace.
///
/// @param objectHits the share of requests that were hits
/// @param byteHits the share of bytes that were
public record Replay(double objectHits, double byteHits, long evictedBytes) {

    /// A cache that can be replayed, under the name that tables have for it.
    public enum Kind {
        GDSF("tarn gdsf", capacity -> new PolicyCache(capacity, Eviction.GDSF)),
        LRU("tarn lru", capacity -> new PolicyCache(capacity, Eviction.LRU)),
        S3_FIFO("tarn s3-fifo", capacity -> new PolicyCache(capacity, Eviction.S3_FIFO)),
        EXACT_LRU("lru", capacity -> new OrderedCache(capacity, true)),
        EXACT_FIFO("fifo", capacity -> new OrderedCache(capacity, false)),
        EXACT_S3_FIFO("s3-fifo", QueuesCache::new),
        W_TINY_LFU("caffeine w-tinylfu", CaffeineCache::new);

        private final String label;
        private final LongFunction<ReplayedCache> cache;

        Kind(String label, LongFunction<ReplayedCache> cache) {
            this.label = label;
            this.cache = cache;
        }

        public String label() {
            return label;
        }
    }

    /// Runs a trace through an empty cache.
    public static Replay of(Kind kind, long capacity, Trace trace, long[] sizes) {
        ReplayedCache cache = kind.cache.apply(capacity);
        long hits = 0;
        long hitBytes = 0;
        long bytes = 0;
        for (int i = 0; i < trace.length(); i++) {
            int blob = trace.blob(i);
            boolean isHit = cache.request(blob, sizes[blob]);
            hits += isHit ? 1 : 0;
            hitBytes += isHit ? sizes[blob] : 0;
            bytes += sizes[blob];
        }
        return new Replay(
                (double) hits / trace.length(), (double) hitBytes / bytes, cache.evictedBytes());
    }
}
