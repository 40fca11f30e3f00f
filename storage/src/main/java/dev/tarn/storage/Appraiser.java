package dev.tarn.storage;

import dev.tarn.oci.Digest;
import dev.tarn.storage.eviction.EvictionPolicy;
import dev.tarn.storage.eviction.Usage;
import dev.tarn.storage.eviction.Victims;
import dev.tarn.storage.eviction.Victims.Victim;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// What the policy says about blobs, and which ones it would let go next. Any thread; nobody waits
/// for long.
final class Appraiser {

    private final EvictionPolicy policy;
    private final InstantSource clock;
    private final Victims<Digest> victims;
    private final Lock lock = new ReentrantLock();

    Appraiser(EvictionPolicy policy, InstantSource clock) {
        this.policy = policy;
        this.clock = clock;
        this.victims = new Victims<>(policy);
    }

    /// What is to be known of a blob that comes.
    Usage admit(Digest digest, long size, Duration refetchTime) {
        lock.lock();
        try {
            return policy.admit(name(digest), size, refetchTime.toNanos(), clock.millis());
        } finally {
            lock.unlock();
        }
    }

    Usage use(Usage usage, int times) {
        lock.lock();
        try {
            return policy.use(usage, times, clock.millis());
        } finally {
            lock.unlock();
        }
    }

    /// What is known of a blob that stays although it is worth least.
    Optional<Usage> spare(Usage usage) {
        lock.lock();
        try {
            return policy.spare(usage, clock.millis());
        } finally {
            lock.unlock();
        }
    }

    void evicted(Digest digest, Usage usage) {
        lock.lock();
        try {
            policy.evicted(name(digest), usage);
        } finally {
            lock.unlock();
        }
    }

    /// Shows some of the blobs that there are; those that may go become candidates.
    void show(Map<Digest, Usage> sample, Predicate<Digest> mayGo) {
        lock.lock();
        try {
            for (Map.Entry<Digest, Usage> blob : sample.entrySet()) {
                policy.meet(blob.getValue());
                if (mayGo.test(blob.getKey())) {
                    victims.offer(blob.getKey(), blob.getValue());
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /// The same blobs, the one that is worth least first.
    Stream<Victim<Digest>> leastFirst(Map<Digest, Usage> blobs) {
        lock.lock();
        try {
            return blobs.entrySet().stream()
                    .sorted(Comparator.comparingDouble(blob -> policy.worth(blob.getValue())))
                    .map(blob -> new Victim<>(blob.getKey(), blob.getValue()))
                    .toList()
                    .stream();
        } finally {
            lock.unlock();
        }
    }

    /// Takes out the candidate that is worth least.
    Optional<Victim<Digest>> poll() {
        lock.lock();
        try {
            return victims.poll();
        } finally {
            lock.unlock();
        }
    }

    /// The beginning of a random number is one.
    private static long name(Digest digest) {
        return ByteBuffer.wrap(HexFormat.of().parseHex(digest.hex(), 0, 2 * Long.BYTES)).getLong();
    }
}
