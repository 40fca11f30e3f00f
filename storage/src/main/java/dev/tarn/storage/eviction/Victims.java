package dev.tarn.storage.eviction;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// The blobs that may go next: the worst of each sample of the store, and of earlier samples those
/// that were nearly as bad. Digests are random numbers, so that neighbours in the index are a fair
/// sample, and no queue of all blobs has to be kept in memory. One thread at a time.
///
/// @param <K> what a blob is known by
public final class Victims<K> {

    /// A blob, and what was known of it when it was looked at.
    public record Victim<K>(K key, Usage usage) {}

    /// How many blobs are looked at for one to go: the worst of so many is among the worst 5 % of
    /// all but once in 27 times, and those that were passed over stay candidates.
    public static final int SAMPLE = 64;

    private static final int KEPT_MAX = 32;
    private static final int CANDIDATES_MAX = KEPT_MAX + 2 * SAMPLE;

    private final EvictionPolicy policy;
    private final Map<K, Usage> candidates = new LinkedHashMap<>();

    public Victims(EvictionPolicy policy) {
        this.policy = policy;
    }

    public void offer(K key, Usage usage) {
        candidates.put(key, usage);
        if (candidates.size() > CANDIDATES_MAX) {
            keepTheWorst();
        }
    }

    /// Takes out the one of least worth.
    public Optional<Victim<K>> poll() {
        Optional<Victim<K>> victim =
                candidates.entrySet().stream()
                        .min(Comparator.comparingDouble(it -> policy.worth(it.getValue())))
                        .map(it -> new Victim<>(it.getKey(), it.getValue()));
        victim.ifPresent(it -> candidates.remove(it.key()));
        return victim;
    }

    /// What a blob is worth may have changed since it was offered.
    private void keepTheWorst() {
        Set<K> worst =
                candidates.entrySet().stream()
                        .sorted(Comparator.comparingDouble(it -> policy.worth(it.getValue())))
                        .limit(KEPT_MAX)
                        .map(Map.Entry::getKey)
                        .collect(Collectors.toSet());
        candidates.keySet().retainAll(worst);
    }
}
