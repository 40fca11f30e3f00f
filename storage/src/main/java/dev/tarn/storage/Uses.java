package dev.tarn.storage;

import dev.tarn.oci.Digest;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/// How often blobs were used since that was last written down. What is used beyond its limit is not
/// counted: eviction then judges by what it knew before. Any thread.
final class Uses {

    private static final int BLOBS_MAX = 1 << 15;

    private final ConcurrentMap<Digest, Integer> counted = new ConcurrentHashMap<>();

    void add(Digest digest, int times) {
        if (times > 0 && counted.size() < BLOBS_MAX) {
            counted.merge(digest, times, Integer::sum);
        }
    }

    /// The uses of one blob, which are then nobody's any more.
    int take(Digest digest) {
        Integer times = counted.remove(digest);
        return times == null ? 0 : times;
    }

    /// The uses of all blobs.
    Map<Digest, Integer> takeAll() {
        Map<Digest, Integer> all = new HashMap<>();
        for (Digest digest : counted.keySet()) {
            all.put(digest, take(digest));
        }
        return all;
    }
}
