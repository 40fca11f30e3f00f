package dev.tarn.storage;

import dev.tarn.oci.Digest;
import dev.tarn.storage.eviction.Usage;
import dev.tarn.storage.eviction.Victims;
import dev.tarn.storage.eviction.Victims.Victim;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps the store within its capacity: whoever wants room waits here until enough has gone, or
/// hears that there can be none. One blob goes at a time, whoever asks.
///
/// A thread of its own writes down from time to time how blobs were used, and evicts where the
/// store is above its capacity with nobody asking, as after a start with a smaller one.
final class Evictor implements AutoCloseable {

    /// What is evicted. Called by one thread at a time.
    interface Blobs {
        /// How often a blob was used since this was last asked.
        int takeUses(Digest digest);

        /// How often any was.
        Map<Digest, Integer> takeAllUses();

        /// Whether somebody reads the blob, or works on it.
        boolean isInUse(Digest digest);

        /// Takes the blob away; false where it is in use.
        boolean evict(Digest digest) throws IOException;

        /// Takes away what a download left behind; false where there is nothing to take.
        boolean evictRemainder() throws IOException;

        /// What is free on the file system.
        long usableBytes() throws IOException;
    }

    /// What must stay.
    @FunctionalInterface
    interface Pinned {
        Set<Digest> blobs() throws IOException;
    }

    private static final Logger LOG = LoggerFactory.getLogger(Evictor.class);

    private static final Duration PAUSE = Duration.ofSeconds(60);
    private static final int USES_PER_COMMIT = 2_000;

    /// Where none of so many blobs may go, none is taken to.
    private static final int SAMPLE_MAX = 1 << 16;

    /// What downloads left behind goes before any blob does once it takes up one part in so many.
    private static final int REMAINDERS_SHARE = 20;

    private static final int FAILURES_MAX = 100;

    /// Of how many blobs it is told which would go next.
    private static final int PREVIEW = 4_096;

    private final long capacity;
    private final Appraiser appraiser;
    private final BlobRows rows;
    private final Ledger ledger;
    private final Pinned pinned;
    private final Blobs blobs;
    private final RandomGenerator random;

    /// Held by the one that evicts.
    private final ReentrantLock evicting = new ReentrantLock(true);

    /// How many times something went, for whatever reason.
    private final AtomicLong departures = new AtomicLong();

    private final Map<EvictionCause, Evicted> evicted = new ConcurrentHashMap<>();

    private final Lock pausing = new ReentrantLock();
    private final Condition closing = pausing.newCondition();
    private final Thread thread;
    private boolean isClosed;

    Evictor(
            long capacity,
            Appraiser appraiser,
            BlobRows rows,
            Pinned pinned,
            Blobs blobs,
            RandomGenerator random) {
        this.capacity = capacity;
        this.appraiser = appraiser;
        this.rows = rows;
        this.ledger = rows.ledger();
        this.pinned = pinned;
        this.blobs = blobs;
        this.random = random;
        this.thread = Thread.ofPlatform().name("evictor").daemon().unstarted(this::run);
    }

    /// Looks at some blobs, for the policy to go on where it was before a restart.
    void start() throws IOException {
        for (Digest.Algorithm algorithm : Digest.Algorithm.values()) {
            appraiser.show(rows.sample(algorithm, randomHash(), Victims.SAMPLE), _ -> false);
        }
        thread.start();
    }

    long capacity() {
        return capacity;
    }

    Evicted evicted(EvictionCause cause) {
        return evicted.getOrDefault(cause, Evicted.NOTHING);
    }

    /// What would go next, the first first, as far as a sample of the store tells.
    List<Victim<Digest>> next(int max) throws IOException {
        Set<Digest> staying = pinned.blobs();
        Map<Digest, Usage> sample = new HashMap<>();
        for (Digest.Algorithm algorithm : Digest.Algorithm.values()) {
            sample.putAll(rows.sample(algorithm, new byte[Long.BYTES], PREVIEW));
        }
        sample.keySet().removeIf(digest -> staying.contains(digest) || blobs.isInUse(digest));
        return appraiser.leastFirst(sample).limit(max).toList();
    }

    /// Makes the hold as large as this. Throws where there is no room, and none can be made. Where
    /// somebody waits for room already, nobody goes before.
    void reserve(Ledger.Hold hold, long bytes) throws IOException {
        if (bytes <= hold.bytes() || (!evicting.isLocked() && hold.grow(bytes, capacity))) {
            return;
        }
        Sync.undisturbed(() -> {
            evicting.lock();
            try {
                if (bytes - hold.bytes() > capacity - ledger.held()) {
                    throw noRoom(bytes);
                }
                while (!hold.grow(bytes, capacity)) {
                    if (!evictOne(EvictionCause.CAPACITY)) {
                        throw noRoom(bytes);
                    }
                }
            } finally {
                evicting.unlock();
            }
        });
    }

    private IOException noRoom(long bytes) {
        return new IOException(
                "no room for a blob of %d bytes: of a capacity of %d, %d are on their way in, and what is stored is too little, pinned or being read"
                        .formatted(bytes, capacity, ledger.held()));
    }

    /// Evicts until the file system has so many bytes free, whatever the capacity says, and at
    /// least one blob, since what is said to be free did not do; whether that could be done. A disk
    /// is full for many at once: where something went while this waited, that may do for all of
    /// them. That a row cannot be written, as on a full disk, does not matter here: files go first.
    boolean makeRoom(long bytes) throws IOException {
        AtomicBoolean isMade = new AtomicBoolean();
        long departuresBefore = departures.get();
        Sync.undisturbed(() -> {
            evicting.lock();
            try {
                isMade.set(departures.get() > departuresBefore && blobs.usableBytes() >= bytes);
                boolean goesOn = true;
                for (int failures = 0; goesOn && !isMade.get(); ) {
                    try {
                        goesOn = evictOne(EvictionCause.DISK_FULL);
                    } catch (IOException e) {
                        LOG.warn("a blob could not be evicted", e);
                        departures.incrementAndGet(); // its file may be gone
                        goesOn = ++failures < FAILURES_MAX;
                    }
                    isMade.set(goesOn && blobs.usableBytes() >= bytes);
                }
            } finally {
                evicting.unlock();
            }
        });
        return isMade.get();
    }

    /// Whether somebody reads a blob, or works on it.
    boolean isInUse(Digest digest) {
        return blobs.isInUse(digest);
    }

    /// Takes away a blob that nobody wants any more; false where it is in use.
    boolean take(Digest digest) throws IOException {
        AtomicBoolean isGone = new AtomicBoolean();
        Sync.undisturbed(() -> {
            evicting.lock();
            try {
                isGone.set(!blobs.isInUse(digest) && blobs.evict(digest));
                departures.addAndGet(isGone.get() ? 1 : 0);
            } finally {
                evicting.unlock();
            }
        });
        return isGone.get();
    }

    /// Looks at ever more blobs until one may go.
    private boolean evictOne(EvictionCause cause) throws IOException {
        if (ledger.keptBytes() > capacity / REMAINDERS_SHARE && evictRemainder()) {
            return true;
        }
        boolean isAll = false;
        for (int max = Victims.SAMPLE; !isAll && max <= SAMPLE_MAX; max *= 2) {
            isAll = !offer(max);
            for (Optional<Victim<Digest>> next = appraiser.poll();
                    next.isPresent();
                    next = appraiser.poll()) {
                if (evict(next.get(), cause)) {
                    return true;
                }
            }
        }
        return evictRemainder();
    }

    private boolean evictRemainder() throws IOException {
        boolean isGone = blobs.evictRemainder();
        departures.addAndGet(isGone ? 1 : 0);
        return isGone;
    }

    /// Takes a sample; whether there may be more than that.
    private boolean offer(int max) throws IOException {
        Set<Digest> staying = pinned.blobs();
        boolean isMore = false;
        for (Digest.Algorithm algorithm : Digest.Algorithm.values()) {
            Map<Digest, Usage> sample = rows.sample(algorithm, randomHash(), max);
            isMore |= sample.size() == max;
            appraiser.show(sample, digest -> !staying.contains(digest) && !blobs.isInUse(digest));
        }
        return isMore;
    }

    /// Whether it went. Candidates of earlier samples may have been used since, or pinned.
    private boolean evict(Victim<Digest> victim, EvictionCause cause) throws IOException {
        Digest digest = victim.key();
        Optional<Usage> known = rows.usage(digest);
        if (known.isEmpty() || pinned.blobs().contains(digest) || blobs.isInUse(digest)) {
            return false;
        }
        int times = blobs.takeUses(digest);
        Usage usage = times == 0 ? known.get() : appraiser.use(known.get(), times);
        if (!usage.equals(victim.usage())) {
            lookAgain(digest, usage);
            return false;
        }
        Optional<Usage> spared = appraiser.spare(usage);
        if (spared.isPresent()) {
            lookAgain(digest, spared.get());
            return false;
        }
        if (!blobs.evict(digest)) {
            return false;
        }
        departures.incrementAndGet();
        appraiser.evicted(digest, usage);
        evicted.merge(cause, new Evicted(1, usage.size()), Evicted::plus);
        LOG.debug("blob {} of {} bytes was evicted", digest, usage.size());
        return true;
    }

    /// Notes what has changed about a candidate, which stays one.
    private void lookAgain(Digest digest, Usage usage) throws IOException {
        Map<Digest, Usage> changed = Map.of(digest, usage);
        rows.putUsages(changed);
        appraiser.show(changed, _ -> true);
    }

    private byte[] randomHash() {
        byte[] hash = new byte[Long.BYTES];
        random.nextBytes(hash);
        return hash;
    }

    // On the evictor's own thread.

    private void run() {
        do {
            try {
                evictDown();
                writeUses();
            } catch (IOException | RuntimeException e) {
                LOG.error("what is stored is above the capacity, or its uses cannot be noted", e);
            }
        } while (pause());
    }

    /// One at a time, so that downloads find room in between.
    private void evictDown() throws IOException {
        boolean goesOn = true;
        while (goesOn && ledger.total() > capacity && !isClosed()) {
            evicting.lock();
            try {
                goesOn = evictOne(EvictionCause.CAPACITY);
            } finally {
                evicting.unlock();
            }
        }
    }

    /// Not while a blob is evicted, whose row this could bring back.
    private void writeUses() throws IOException {
        evicting.lock();
        try {
            Map<Digest, Usage> used = new HashMap<>();
            for (Map.Entry<Digest, Integer> uses : blobs.takeAllUses().entrySet()) {
                Optional<Usage> usage = rows.usage(uses.getKey());
                usage.ifPresent(it -> used.put(uses.getKey(), appraiser.use(it, uses.getValue())));
                if (used.size() == USES_PER_COMMIT) {
                    rows.putUsages(used);
                    used.clear();
                }
            }
            if (!used.isEmpty()) {
                rows.putUsages(used);
            }
        } finally {
            evicting.unlock();
        }
    }

    /// Whether there is more to do then.
    private boolean pause() {
        pausing.lock();
        try {
            long left = PAUSE.toNanos();
            while (!isClosed && left > 0) {
                left = closing.awaitNanos(left);
            }
            return !isClosed;
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts the evictor", e);
        } finally {
            pausing.unlock();
        }
    }

    private boolean isClosed() {
        pausing.lock();
        try {
            return isClosed;
        } finally {
            pausing.unlock();
        }
    }

    /// Ends the thread, and writes down what is left to write.
    @Override
    public void close() {
        pausing.lock();
        try {
            isClosed = true;
            closing.signalAll();
        } finally {
            pausing.unlock();
        }
        try {
            thread.join();
            writeUses();
        } catch (IOException e) {
            LOG.warn("how blobs were used last cannot be noted", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
