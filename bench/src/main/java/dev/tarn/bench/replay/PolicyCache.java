package dev.tarn.bench.replay;

import dev.tarn.storage.eviction.Eviction;
import dev.tarn.storage.eviction.EvictionPolicy;
import dev.tarn.storage.eviction.Usage;
import dev.tarn.storage.eviction.Victims;
import dev.tarn.storage.eviction.Victims.Victim;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/// Tarn's policies as Tarn runs them: the worst of a sample goes. A request is a millisecond.
final class PolicyCache implements ReplayedCache {

    private final long capacity;
    private final EvictionPolicy policy;
    private final Victims<Integer> victims;
    private final RandomGenerator random = new SplittableRandom(1);
    private final Map<Integer, Usage> usages = new HashMap<>();
    private final List<Integer> stored = new ArrayList<>();
    private final Map<Integer, Integer> places = new HashMap<>();
    private long now = 1;
    private long bytes;
    private long evictedBytes;

    PolicyCache(long capacity, Eviction eviction) {
        this.capacity = capacity;
        this.policy = eviction.policy(capacity, 0);
        this.victims = new Victims<>(policy);
    }

    @Override
    public boolean request(int blob, long size) {
        now++;
        Usage usage = usages.get(blob);
        if (usage != null) {
            usages.put(blob, policy.use(usage, 1, now));
            return true;
        }
        if (size <= capacity) {
            while (bytes + size > capacity) {
                evictOne();
            }
            usages.put(blob, policy.admit(name(blob), size, Usage.refetchNanos(size), now));
            places.put(blob, stored.size());
            stored.add(blob);
            bytes += size;
        }
        return false;
    }

    private void evictOne() {
        for (int i = 0; i < Math.min(Victims.SAMPLE, stored.size()); i++) {
            int blob = stored.get(random.nextInt(stored.size()));
            victims.offer(blob, usage(blob));
        }
        Optional<Victim<Integer>> victim = victims.poll();
        while (victim.isPresent() && !evict(victim.get())) {
            victim = victims.poll();
        }
    }

    private Usage usage(int blob) {
        return usages.getOrDefault(blob, Usage.unknown(0));
    }

    private boolean evict(Victim<Integer> victim) {
        int blob = victim.key();
        Usage usage = usage(blob);
        if (!places.containsKey(blob)) {
            return false;
        }
        if (!usage.equals(victim.usage())) {
            victims.offer(blob, usage);
            return false;
        }
        Optional<Usage> spared = policy.spare(usage, now);
        if (spared.isPresent()) {
            usages.put(blob, spared.get());
            victims.offer(blob, spared.get());
            return false;
        }
        policy.evicted(name(blob), usage);
        usages.remove(blob);
        int last = stored.removeLast();
        int place = places.remove(blob);
        if (last != blob) {
            stored.set(place, last);
            places.put(last, place);
        }
        bytes -= usage.size();
        evictedBytes += usage.size();
        return true;
    }

    /// Spread as the beginnings of digests are.
    private static long name(int blob) {
        return (blob + 1) * 0x9E3779B97F4A7C15L;
    }

    @Override
    public long evictedBytes() {
        return evictedBytes;
    }
}
