package dev.tarn.storage;

import dev.tarn.oci.Digest;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/// What the bytes of the store are: stored, held for downloads, or kept of downloads that ended
/// early. A byte that passes from one to another is never counted twice, nor not at all. Any
/// thread; nobody waits for long.
final class Ledger {

    private final Lock lock = new ReentrantLock();
    private final Map<Digest, Long> kept = new LinkedHashMap<>();
    private long stored;
    private long held;
    private long keptBytes;

    /// The bytes of one download: those that are here, and those that are promised to it.
    final class Hold {
        private final Digest digest;
        private volatile long bytes;

        private Hold(Digest digest, long bytes) {
            this.digest = digest;
            this.bytes = bytes;
        }

        long bytes() {
            return bytes;
        }

        /// Holds so many bytes in all from now on, if everything stays within the capacity.
        boolean grow(long wanted, long capacity) {
            lock.lock();
            try {
                long more = wanted - bytes;
                if (more > 0 && total() > capacity - more) {
                    return false;
                }
                if (more > 0) {
                    held += more;
                    bytes = wanted;
                }
                return true;
            } finally {
                lock.unlock();
            }
        }

        /// The blob has been stored: this is how many more bytes are.
        void turnIntoStored(long more) {
            lock.lock();
            try {
                stored += more;
                letGo();
            } finally {
                lock.unlock();
            }
        }

        /// The download has ended: this is what it left behind.
        void leave(long bytesLeft) {
            lock.lock();
            try {
                letGo();
                if (bytesLeft > 0) {
                    keep(digest, bytesLeft);
                }
            } finally {
                lock.unlock();
            }
        }

        private void letGo() {
            held -= bytes;
            bytes = 0;
        }
    }

    /// For a download that begins with what an earlier one left behind.
    Hold hold(Digest digest, long bytes) {
        lock.lock();
        try {
            forget(digest);
            held += bytes;
            return new Hold(digest, bytes);
        } finally {
            lock.unlock();
        }
    }

    /// A download left so many bytes behind.
    void keep(Digest digest, long bytes) {
        lock.lock();
        try {
            forget(digest);
            kept.put(digest, bytes);
            keptBytes += bytes;
        } finally {
            lock.unlock();
        }
    }

    /// What a download left behind is gone, or has been taken up again.
    void forget(Digest digest) {
        lock.lock();
        try {
            Long bytes = kept.remove(digest);
            keptBytes -= bytes == null ? 0 : bytes;
        } finally {
            lock.unlock();
        }
    }

    /// What has been left behind for the longest time.
    Optional<Digest> oldestKept() {
        lock.lock();
        try {
            Iterator<Digest> oldest = kept.keySet().iterator();
            return oldest.hasNext() ? Optional.of(oldest.next()) : Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    long keptBytes() {
        lock.lock();
        try {
            return keptBytes;
        } finally {
            lock.unlock();
        }
    }

    /// More bytes are stored, or fewer.
    void stored(long more) {
        lock.lock();
        try {
            stored += more;
        } finally {
            lock.unlock();
        }
    }

    long stored() {
        lock.lock();
        try {
            return stored;
        } finally {
            lock.unlock();
        }
    }

    long total() {
        lock.lock();
        try {
            return stored + held + keptBytes;
        } finally {
            lock.unlock();
        }
    }

    /// Of all, what is neither stored nor left behind: what no eviction can bring.
    long held() {
        lock.lock();
        try {
            return held;
        } finally {
            lock.unlock();
        }
    }
}
