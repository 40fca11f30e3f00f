package dev.tarn.storage;

import dev.tarn.oci.Digest;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Blobs that were purged while somebody read or filled them: each goes once it is free, unless
/// something refers to it again by then. After a restart those that are left are like all others,
/// and are evicted in their time. Any thread may add; the upkeep's thread takes them away.
final class Departing {

    static final int BLOBS_MAX = 10_000;

    private static final Logger LOG = LoggerFactory.getLogger(Departing.class);

    private final Index index;
    private final DiskBlobStore blobs;
    private final Consumer<Runnable> later;
    private final Set<Digest> waiting = ConcurrentHashMap.newKeySet();

    /// @param later has something done in a while, one after the other
    Departing(Index index, DiskBlobStore blobs, Consumer<Runnable> later) {
        this.index = index;
        this.blobs = blobs;
        this.later = later;
    }

    void add(Digest digest) {
        boolean isFirst = waiting.isEmpty();
        if (waiting.size() < BLOBS_MAX && waiting.add(digest) && isFirst) {
            later.accept(this::go);
        }
    }

    /// Takes away those that are free; looks again where some are left.
    private void go() {
        Set<Digest> free = new HashSet<>(waiting);
        free.removeIf(blobs.evictor()::isInUse);
        try {
            if (!free.isEmpty()) {
                References references = References.to(free, index);
                for (Digest digest : free) {
                    if (references.isReferredTo(digest) || blobs.evictor().take(digest)) {
                        waiting.remove(digest);
                    }
                }
            }
        } catch (IOException e) {
            LOG.warn("what was purged cannot go yet", e);
        }
        if (!waiting.isEmpty()) {
            later.accept(this::go);
        }
    }
}
