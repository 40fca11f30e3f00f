package dev.tarn.storage;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Scheduler;
import dev.tarn.oci.Digest;
import dev.tarn.pull.BlobContent;
import dev.tarn.pull.BlobStore;
import dev.tarn.pull.IncomingBlob;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Blobs as files, each named by its digest.
///
/// A file is served only while it looks as it did when its bytes were last known to be right. One
/// that looks otherwise, or that the index does not know, is hashed first, once for all who ask;
/// what is wrong goes to quarantine and counts as missing, so that it is fetched again in the same
/// request. Everything runs on the thread of the caller.
final class DiskBlobStore implements BlobStore, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(DiskBlobStore.class);
    private static final int HASH_BUFFER_BYTES = 128 << 10;

    /// How many files are open at most because somebody may want them again, and for how long.
    private static final int OPEN_MAX = 1_024;

    private static final Duration OPEN_TIME = Duration.ofSeconds(60);

    private final Layout layout;
    private final BlobRows rows;
    private final PartialRows partials;
    private final Turns turns = new Turns();
    private final Set<Digest> filling = ConcurrentHashMap.newKeySet();
    private final Cache<Digest, OpenBlob> open =
            Caffeine.newBuilder()
                    .maximumSize(OPEN_MAX)
                    .expireAfterAccess(OPEN_TIME)
                    .scheduler(Scheduler.systemScheduler())
                    .executor(Runnable::run)
                    .<Digest, OpenBlob>removalListener((_, blob, _) -> release(blob))
                    .build();

    DiskBlobStore(Layout layout, BlobRows rows, PartialRows partials) {
        this.layout = layout;
        this.rows = rows;
        this.partials = partials;
    }

    @Override
    public Optional<BlobContent> find(Digest digest) {
        try {
            Optional<BlobContent> open = recall(digest);
            Optional<BlobContent> unchanged = open.isPresent() ? open : openUnchanged(digest);
            return unchanged.isPresent() ? unchanged : inspect(digest);
        } catch (IOException e) {
            LOG.error("blob {} cannot be read, and counts as missing", digest, e);
            return Optional.empty();
        }
    }

    /// Costs one look at the file's attributes, which are in memory while it is open.
    @Override
    public Optional<BlobContent> recall(Digest digest) {
        OpenBlob blob = open.getIfPresent(digest);
        if (blob == null) {
            return Optional.empty();
        }
        try {
            if (blob.isUnchanged()) {
                return blob.hold().map(Function.identity());
            }
        } catch (IOException e) {
            LOG.error("blob {} cannot be looked at", digest, e);
        }
        open.asMap().remove(digest, blob);
        return Optional.empty();
    }

    /// The blob, where its file looks as the index says.
    private Optional<BlobContent> openUnchanged(Digest digest) throws IOException {
        Optional<Fingerprint> row = rows.find(digest);
        Path place = layout.blob(digest);
        if (row.isEmpty() || Files.notExists(place) || Files.isDirectory(place)) {
            return Optional.empty();
        }
        OpenBlob blob = OpenBlob.open(place, row.get());
        boolean isUnchanged = false;
        try {
            isUnchanged = blob.isUnchanged(); // opened first: what took its place since is another
            if (isUnchanged) {
                blob.warm();
            }
        } finally {
            if (!isUnchanged) {
                blob.release();
            }
        }
        return isUnchanged ? hold(digest, blob) : Optional.empty();
    }

    /// The first reader of a file that has just been opened, and is kept open for the next.
    private Optional<BlobContent> hold(Digest digest, OpenBlob blob) {
        Optional<BlobContent> reader = blob.hold().map(Function.identity());
        open.put(digest, blob);
        return reader;
    }

    private static void release(@Nullable OpenBlob blob) {
        if (blob != null) {
            blob.release();
        }
    }

    /// Settles what became of a blob whose file and row do not agree.
    private Optional<BlobContent> inspect(Digest digest) throws IOException {
        Path place = layout.blob(digest);
        if (Files.notExists(place) && rows.find(digest).isEmpty()) {
            return Optional.empty();
        }
        try (var _ = turns.await(digest)) {
            Optional<BlobContent> settled = openUnchanged(digest);
            if (settled.isPresent()) {
                return settled;
            }
            if (Files.notExists(place)) {
                LOG.warn("blob {}: its file is gone", digest);
                rows.remove(digest);
                return Optional.empty();
            }
            return verify(digest, place);
        }
    }

    private Optional<BlobContent> verify(Digest digest, Path place) throws IOException {
        makeReadOnly(place);
        Fingerprint before = Fingerprint.of(place);
        if (Files.isDirectory(place)) {
            quarantine(digest, place);
            return Optional.empty();
        }
        OpenBlob blob = OpenBlob.open(place, before);
        boolean isRight = false;
        try {
            isRight = hash(place, digest).equals(digest) && blob.isUnchanged();
        } catch (IOException e) {
            LOG.error("blob {} cannot be read to its end", digest, e);
        } finally {
            if (!isRight) {
                blob.release();
            }
        }
        if (!isRight) {
            quarantine(digest, place);
            return Optional.empty();
        }
        LOG.info("blob {}: its file had changed or was unknown, and has been verified", digest);
        remember(digest, before);
        return hold(digest, blob);
    }

    /// A row that cannot be written costs no more than hashing the file again.
    private void remember(Digest digest, Fingerprint fingerprint) {
        try {
            rows.put(digest, fingerprint);
        } catch (IOException e) {
            LOG.error("blob {} is whole, but that could not be written down", digest, e);
        }
    }

    /// Not through a channel, which an interrupt would close: a client that leaves would condemn
    /// the blob to be fetched again, and those who wait for the same answer to begin again.
    @SuppressWarnings("ThreadPriorityCheck") // the yield: virtual threads are not preempted
    private static Digest hash(Path place, Digest digest) throws IOException {
        MessageDigest hash = digest.algorithm().newHash();
        byte[] buffer = new byte[HASH_BUFFER_BYTES];
        try (InputStream file = new FileInputStream(place.toFile())) {
            for (int length = file.read(buffer); length >= 0; length = file.read(buffer)) {
                hash.update(buffer, 0, length);
                Thread.yield();
            }
        }
        return Digest.of(digest.algorithm(), hash);
    }

    @Override
    public void condemn(Digest digest) {
        open.invalidate(digest);
        Path place = layout.blob(digest);
        try (var _ = turns.await(digest)) {
            if (Files.exists(place)) {
                quarantine(digest, place);
            }
        } catch (IOException e) {
            LOG.error("blob {} is damaged, and cannot be taken away", digest, e);
        }
    }

    private void quarantine(Digest digest, Path place) throws IOException {
        LOG.error("blob {}: its file has been damaged; moved to {}", digest, layout.quarantine());
        rows.remove(digest);
        Files.move(place, layout.quarantine(digest), StandardCopyOption.ATOMIC_MOVE);
    }

    private static void makeReadOnly(Path file) {
        if (!file.toFile().setReadOnly()) {
            LOG.warn("{} cannot be made read-only", file);
        }
    }

    @Override
    public IncomingBlob begin(Digest digest) throws IOException {
        if (!filling.add(digest)) {
            throw new IOException(digest + " is being filled already");
        }
        try {
            return DiskIncomingBlob.begin(digest, layout, partials, this);
        } catch (IOException | RuntimeException e) {
            filling.remove(digest);
            throw e;
        }
    }

    /// Puts a file whose bytes are verified and synced in its place. What has been renamed and has
    /// no row yet cannot be found, since this has the digest's turn; after a crash it is adopted.
    void admit(Digest digest, Path filled) throws IOException {
        try (var _ = turns.await(digest)) {
            Path place = layout.blob(digest);
            Files.createDirectories(layout.folder(digest));
            Files.move(filled, place, StandardCopyOption.ATOMIC_MOVE);
            // Not before: after a crash, a download must be able to go on with what it kept.
            makeReadOnly(place);
            // The folder's own name as well: another commit may have made it and not synced it yet.
            Sync.directory(layout.folder(digest));
            Sync.directory(layout.blobs(digest.algorithm()));
            Sync.directory(layout.incoming());
            rows.put(digest, Fingerprint.of(place));
        }
    }

    /// Whoever filled this digest's file has done with it.
    void filled(Digest digest) {
        filling.remove(digest);
    }

    /// Closes the files that nobody reads; readers go on reading.
    @Override
    public void close() {
        open.invalidateAll();
    }
}
