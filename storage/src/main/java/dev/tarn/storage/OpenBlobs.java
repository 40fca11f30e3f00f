package dev.tarn.storage;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Scheduler;
import dev.tarn.oci.Digest;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/// The blobs whose files are open: some because somebody may want them again, the others because
/// they are being read. Counts how often they were used. Any thread, event loops included.
final class OpenBlobs implements AutoCloseable {

    /// How many files are open at most because somebody may want them again, and for how long.
    private static final int OPEN_MAX = 1_024;

    private static final Duration OPEN_TIME = Duration.ofSeconds(60);

    private final Uses uses = new Uses();

    /// How many hold on to the file of a blob: each `OpenBlob`, and who has just committed it.
    private final ConcurrentMap<Digest, Integer> users = new ConcurrentHashMap<>();

    private final Cache<Digest, OpenBlob> open =
            Caffeine.newBuilder()
                    .maximumSize(OPEN_MAX)
                    .expireAfterAccess(OPEN_TIME)
                    .scheduler(Scheduler.systemScheduler())
                    .executor(Runnable::run)
                    .<Digest, OpenBlob>removalListener((_, blob, _) -> release(blob))
                    .build();

    private static void release(@Nullable OpenBlob blob) {
        if (blob != null) {
            blob.release();
        }
    }

    Optional<OpenBlob> find(Digest digest) {
        return Optional.ofNullable(open.getIfPresent(digest));
    }

    /// Opens a file, which is not to be found before it is kept.
    OpenBlob open(Digest digest, Path place, Fingerprint fingerprint) throws IOException {
        use(digest);
        boolean isOpen = false;
        try {
            OpenBlob blob = OpenBlob.open(place, fingerprint, times -> closed(digest, times));
            isOpen = true;
            return blob;
        } finally {
            if (!isOpen) {
                endUse(digest);
            }
        }
    }

    private void closed(Digest digest, int times) {
        uses.add(digest, times);
        endUse(digest);
    }

    /// Keeps a file open for others to find.
    void keep(Digest digest, OpenBlob blob) {
        open.put(digest, blob);
    }

    /// Is kept open no more; its readers go on.
    void drop(Digest digest, OpenBlob blob) {
        open.asMap().remove(digest, blob);
    }

    /// The same, whichever file it is.
    void drop(Digest digest) {
        open.invalidate(digest);
    }

    /// Somebody needs the file of a blob and has not opened it, until `endUse`.
    void use(Digest digest) {
        users.merge(digest, 1, Integer::sum);
    }

    void endUse(Digest digest) {
        users.computeIfPresent(digest, (_, count) -> count == 1 ? null : count - 1);
    }

    /// Whether anybody needs the file now.
    boolean isInUse(Digest digest) {
        OpenBlob blob = open.asMap().get(digest);
        int idle = blob == null || blob.isRead() ? 0 : 1;
        return users.getOrDefault(digest, 0) > idle;
    }

    /// Closes what is open only because somebody may want it again; whether nobody needs the file
    /// now.
    boolean close(Digest digest) {
        OpenBlob blob = open.asMap().get(digest);
        if (blob != null && blob.closeUnlessRead()) {
            drop(digest, blob);
        }
        return !users.containsKey(digest);
    }

    /// How often a blob was used since this was last asked.
    int takeUses(Digest digest) {
        OpenBlob blob = open.asMap().get(digest);
        return uses.take(digest) + (blob == null ? 0 : blob.takeUses());
    }

    /// How often any was.
    Map<Digest, Integer> takeAllUses() {
        open.asMap().forEach((digest, blob) -> uses.add(digest, blob.takeUses()));
        return uses.takeAll();
    }

    /// Closes the files that nobody reads; readers go on reading.
    @Override
    public void close() {
        open.invalidateAll();
    }
}
