package dev.tarn.storage;

import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Changes of the index that could not be written, kept in memory until they can. The latest per
/// row counts. Has a limit in bytes: what does not fit is forgotten, since the index is a cache and
/// all of it can be found out again. Numbers are not kept: they are counted anew. Any thread may
/// look.
final class Backlog {

    private static final Logger LOG = LoggerFactory.getLogger(Backlog.class);

    /// About what an entry takes besides its key and row.
    private static final long ENTRY_BYTES = 200;

    private record Key(Family family, ByteBuffer key) {}

    private final long bytesMax;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Key, Change> changes = new LinkedHashMap<>();
    private long bytes;
    private boolean isOverflowing;
    private volatile boolean isEmpty = true;

    Backlog(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    void add(List<Change> more) {
        lock.lock();
        try {
            more.forEach(this::add);
            isEmpty = changes.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    private void add(Change change) {
        if (change.kind() == Change.Kind.ADD) {
            return;
        }
        Key key = new Key(change.family(), ByteBuffer.wrap(change.key()));
        Change before = changes.remove(key);
        bytes -= before == null ? 0 : size(before);
        if (bytes + size(change) <= bytesMax) {
            changes.put(key, change);
            bytes += size(change);
        } else if (!isOverflowing) {
            isOverflowing = true;
            LOG.warn("index: more cannot be written than memory has room for; some is forgotten");
        }
    }

    private static long size(Change change) {
        return ENTRY_BYTES + change.bytes();
    }

    /// What is about to happen to a row. Costs nothing where nothing waits.
    Optional<Change> find(Family family, byte[] key) {
        if (isEmpty) {
            return Optional.empty();
        }
        lock.lock();
        try {
            return Optional.ofNullable(changes.get(new Key(family, ByteBuffer.wrap(key))));
        } finally {
            lock.unlock();
        }
    }

    List<Change> all() {
        lock.lock();
        try {
            return List.copyOf(changes.values());
        } finally {
            lock.unlock();
        }
    }

    void clear() {
        lock.lock();
        try {
            changes.clear();
            bytes = 0;
            isOverflowing = false;
            isEmpty = true;
        } finally {
            lock.unlock();
        }
    }

    long bytes() {
        lock.lock();
        try {
            return bytes;
        } finally {
            lock.unlock();
        }
    }
}
