package dev.tarn.storage;

import dev.tarn.oci.Digest;
import dev.tarn.pull.BlobContent;
import dev.tarn.pull.BlobStore;
import dev.tarn.pull.IncomingBlob;
import dev.tarn.storage.eviction.Eviction;
import dev.tarn.storage.eviction.Usage;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Blobs as files, each named by its digest.
///
/// A file is served only while it looks as it did when its bytes were last known to be right. One
/// that looks otherwise, or that the index does not know, is hashed first, once for all who ask;
/// what is wrong goes to quarantine and counts as missing, so that it is fetched again in the same
/// request. Everything runs on the thread of the caller.
final class DiskBlobStore implements BlobStore, Evictor.Blobs, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(DiskBlobStore.class);
    private static final int HASH_BUFFER_BYTES = 128 << 10;

    private final Layout layout;
    private final BlobRows rows;
    private final PartialRows partials;
    private final Turns turns = new Turns();
    private final Set<Digest> filling = ConcurrentHashMap.newKeySet();
    private final OpenBlobs open = new OpenBlobs();
    private final Appraiser appraiser;
    private final Evictor evictor;

    DiskBlobStore(
            Layout layout,
            BlobRows rows,
            PartialRows partials,
            long capacity,
            Eviction eviction,
            Evictor.Pinned pinned)
            throws IOException {
        this.layout = layout;
        this.rows = rows;
        this.partials = partials;
        for (Digest digest : partials.digests()) {
            partials.find(digest).ifPresent(it -> rows.ledger().keep(digest, it.spans().length()));
        }
        InstantSource clock = InstantSource.system();
        appraiser = new Appraiser(eviction.policy(capacity, clock.millis()), clock);
        evictor = new Evictor(capacity, appraiser, rows, pinned, this, new SplittableRandom());
        evictor.start();
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
        Optional<OpenBlob> found = open.find(digest);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        OpenBlob blob = found.get();
        try {
            if (blob.isUnchanged()) {
                return blob.hold().map(Function.identity());
            }
        } catch (IOException e) {
            LOG.error("blob {} cannot be looked at", digest, e);
        }
        open.drop(digest, blob);
        return Optional.empty();
    }

    /// The blob, where its file looks as the index says.
    private Optional<BlobContent> openUnchanged(Digest digest) throws IOException {
        Optional<Fingerprint> row = rows.find(digest);
        Path place = layout.blob(digest);
        if (row.isEmpty() || Files.notExists(place) || Files.isDirectory(place)) {
            return Optional.empty();
        }
        OpenBlob blob;
        try {
            blob = open.open(digest, place, row.get());
        } catch (FileNotFoundException e) {
            LOG.debug("blob {} was taken away", digest, e);
            return Optional.empty();
        }
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
        open.keep(digest, blob);
        return reader;
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
        OpenBlob blob = open.open(digest, place, before);
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
        open.drop(digest);
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
        try (var _ = turns.await(digest)) {
            if (!filling.add(digest)) {
                throw new IOException(digest + " is being filled already");
            }
            boolean isBegun = false;
            try {
                IncomingBlob incoming = DiskIncomingBlob.begin(digest, layout, partials, this);
                isBegun = true;
                return incoming;
            } finally {
                if (!isBegun) {
                    filling.remove(digest);
                }
            }
        }
    }

    /// The bytes of a download that begins with so many.
    Ledger.Hold hold(Digest digest, long bytes) {
        return rows.ledger().hold(digest, bytes);
    }

    /// Sees to it that a download has room for so many bytes in all.
    void reserve(Ledger.Hold hold, long bytes) throws IOException {
        evictor.reserve(hold, bytes);
    }

    /// Evicts until the file system has so many bytes free, whatever the capacity says; whether
    /// that could be done. For a disk that is full because of others.
    boolean makeRoom(long bytes) throws IOException {
        return evictor.makeRoom(bytes);
    }

    /// Puts a file whose bytes are verified and synced in its place, where it stays until `filled`.
    /// What has been renamed and has no row yet cannot be found, since this has the digest's turn;
    /// after a crash it is adopted.
    void admit(Digest digest, Path filled, Duration refetchTime, Ledger.Hold hold)
            throws IOException {
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
            Fingerprint fingerprint = Fingerprint.of(place);
            Usage usage = appraiser.admit(digest, fingerprint.size(), refetchTime);
            rows.admit(digest, fingerprint, usage, hold);
            open.use(digest);
        }
    }

    /// Whoever filled this digest's file has done with it.
    void filled(Digest digest) {
        filling.remove(digest);
    }

    /// Whoever has committed this digest needs its file no more.
    void letGo(Digest digest) {
        open.endUse(digest);
    }

    // Eviction.

    Evictor evictor() {
        return evictor;
    }

    @Override
    public int takeUses(Digest digest) {
        return open.takeUses(digest);
    }

    @Override
    public Map<Digest, Integer> takeAllUses() {
        return open.takeAllUses();
    }

    @Override
    public boolean isInUse(Digest digest) {
        return filling.contains(digest) || open.isInUse(digest);
    }

    /// The file goes before its row: what a crash leaves is a row without a file, which costs
    /// nothing and goes when somebody asks for the blob, or when it is evicted again. The other way
    /// round, a file that no row counts would stay for ever.
    @Override
    public boolean evict(Digest digest) throws IOException {
        Optional<Turns.Turn> turn = turns.attempt(digest);
        if (turn.isEmpty()) {
            return false;
        }
        try (var _ = turn.get()) {
            if (!open.close(digest)) {
                return false;
            }
            if (Files.deleteIfExists(layout.blob(digest))) {
                Sync.directory(layout.folder(digest));
            }
            rows.remove(digest);
            return true;
        }
    }

    @Override
    public boolean evictRemainder() throws IOException {
        Optional<Digest> oldest = rows.ledger().oldestKept();
        if (oldest.isEmpty()) {
            return false;
        }
        Digest digest = oldest.get();
        try (var _ = turns.await(digest)) {
            if (!filling.contains(digest)) {
                Files.deleteIfExists(layout.incoming(digest));
                rows.ledger().forget(digest);
                partials.remove(digest);
            }
            return true;
        }
    }

    @Override
    public long usableBytes() throws IOException {
        return Files.getFileStore(layout.root()).getUsableSpace();
    }

    /// Closes the files that nobody reads; readers go on reading.
    @Override
    public void close() {
        open.close();
        evictor.close();
    }
}
