package dev.tarn.storage;

import dev.tarn.oci.Digest;
import dev.tarn.oci.RegistryException.Throttled;
import dev.tarn.pull.BlobContent;
import dev.tarn.pull.BlobStore;
import dev.tarn.pull.IncomingBlob;
import dev.tarn.storage.eviction.Usage;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
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

    private final Layout layout;
    private final BlobRows rows;
    private final PartialRows partials;
    private final Trouble trouble;
    private final StoreConfig.Verify verify;
    private final FsVerity fsVerity = new FsVerity();
    private final Descriptors descriptors = new Descriptors(this::closeIdle);
    private final LongAdder damaged = new LongAdder();
    private final Turns turns = new Turns();
    private final Set<Digest> filling = ConcurrentHashMap.newKeySet();
    private final OpenBlobs open = new OpenBlobs();
    private final Appraiser appraiser;
    private final Evictor evictor;

    DiskBlobStore(
            Layout layout,
            BlobRows rows,
            PartialRows partials,
            Trouble trouble,
            StoreConfig config,
            long capacity,
            Evictor.Pinned pinned)
            throws IOException {
        this.layout = layout;
        this.rows = rows;
        this.partials = partials;
        this.trouble = trouble;
        this.verify = config.verify();
        for (Digest digest : partials.digests()) {
            partials.find(digest).ifPresent(it -> rows.ledger().keep(digest, it.spans().length()));
        }
        InstantSource clock = InstantSource.system();
        appraiser =
                new Appraiser(config.budget().eviction().policy(capacity, clock.millis()), clock);
        evictor =
                new Evictor(
                        capacity,
                        appraiser,
                        rows,
                        pinned,
                        new EvictableBlobs(layout, rows, partials, turns, filling, open),
                        new SplittableRandom());
        evictor.start();
    }

    /// What is out of reach only because too many files are open is not missing: it would be
    /// fetched again, with still more of them.
    @Override
    public Optional<BlobContent> find(Digest digest) {
        try {
            Optional<StoredBlob> found = descriptors.need(() -> look(digest));
            return verify == StoreConfig.Verify.ALWAYS
                    ? found.flatMap(blob -> HashedBlob.of(blob, digest, this))
                    : found.map(Function.identity());
        } catch (IOException e) {
            if (Descriptors.areExhausted(e)) {
                LOG.warn("blob {} cannot be opened now: too many open files", digest);
                throw new Throttled("the mirror has too many open files", Duration.ofSeconds(1));
            }
            LOG.error("blob {} cannot be read, and counts as missing", digest, e);
            return Optional.empty();
        }
    }

    private Optional<StoredBlob> look(Digest digest) throws IOException {
        Optional<StoredBlob> open = openAlready(digest);
        if (open.isPresent()) {
            return open;
        }
        Optional<Fingerprint> row = rows.find(digest);
        if (row.isEmpty() && Files.notExists(layout.blob(digest))) {
            return Optional.empty();
        }
        Optional<StoredBlob> unchanged = openUnchanged(digest, row);
        return unchanged.isPresent() ? unchanged : inspect(digest);
    }

    /// Costs one look at the file's attributes, which are in memory while it is open.
    @Override
    public Optional<BlobContent> recall(Digest digest) {
        return verify == StoreConfig.Verify.ALWAYS
                ? Optional.empty()
                : openAlready(digest).map(Function.identity());
    }

    private Optional<StoredBlob> openAlready(Digest digest) {
        Optional<OpenBlob> found = open.find(digest);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        OpenBlob blob = found.get();
        try {
            if (blob.isUnchanged()) {
                return blob.newReader();
            }
        } catch (IOException e) {
            LOG.error("blob {} cannot be looked at", digest, e);
        }
        open.drop(digest, blob);
        return Optional.empty();
    }

    /// The blob, where its file looks as the index says.
    private Optional<StoredBlob> openUnchanged(Digest digest, Optional<Fingerprint> row)
            throws IOException {
        Path place = layout.blob(digest);
        if (row.isEmpty() || Files.notExists(place) || Files.isDirectory(place)) {
            return Optional.empty();
        }
        OpenBlob blob;
        try {
            blob = open.open(digest, place, row.get());
        } catch (FileNotFoundException e) {
            if (Descriptors.areExhausted(e)) {
                throw e;
            }
            LOG.debug("blob {} was taken away", digest, e);
            return Optional.empty();
        }
        boolean isUnchanged = false;
        try {
            // opened first: what took its place since is another
            isUnchanged = blob.length() == blob.size() && blob.isUnchanged() && blob.warms();
        } finally {
            if (!isUnchanged) {
                blob.release();
            }
        }
        return isUnchanged ? newReader(digest, blob) : Optional.empty();
    }

    /// The first reader of a file that has just been opened, and is kept open for the next.
    private Optional<StoredBlob> newReader(Digest digest, OpenBlob blob) {
        Optional<StoredBlob> reader = blob.newReader();
        open.keep(digest, blob);
        return reader;
    }

    /// Settles what became of a blob whose file and row do not agree.
    private Optional<StoredBlob> inspect(Digest digest) throws IOException {
        Path place = layout.blob(digest);
        try (var _ = turns.await(digest)) {
            Optional<Fingerprint> row = rows.find(digest);
            Optional<StoredBlob> settled = openUnchanged(digest, row);
            if (settled.isPresent()) {
                return settled;
            }
            if (Files.notExists(place)) {
                if (row.isPresent()) {
                    LOG.warn("blob {}: its file is gone", digest);
                    rows.remove(digest);
                }
                return Optional.empty();
            }
            Optional<OpenBlob> right = verified(digest, place);
            if (right.isEmpty()) {
                quarantine(digest, place);
                return Optional.empty();
            }
            LOG.info("blob {}: its file had changed or was unknown, and has been verified", digest);
            remember(digest, right.get().fingerprint());
            return newReader(digest, right.get());
        }
    }

    /// The file, opened, where its bytes are right. What keeps it from being opened is no damage;
    /// what keeps it from being read is.
    private Optional<OpenBlob> verified(Digest digest, Path place) throws IOException {
        makeReadOnly(place);
        Fingerprint before = Fingerprint.of(place);
        if (Files.isDirectory(place)) {
            return Optional.empty();
        }
        OpenBlob blob = open.open(digest, place, before);
        boolean isRight = false;
        try {
            isRight = blob.hashesTo(digest, () -> false) && blob.isUnchanged();
        } finally {
            if (!isRight) {
                blob.release();
            }
        }
        return isRight ? Optional.of(blob) : Optional.empty();
    }

    /// A row that cannot be written costs no more than hashing the file again.
    private void remember(Digest digest, Fingerprint fingerprint) {
        try {
            rows.put(digest, fingerprint);
        } catch (IOException e) {
            LOG.error("blob {} is whole, but that could not be written down", digest, e);
        }
    }

    /// Writes down that a file with this fingerprint has been read and is right, if it still has
    /// it.
    void vouch(Digest digest, Fingerprint fingerprint) throws IOException {
        try (var _ = turns.await(digest)) {
            if (!rows.find(digest).equals(Optional.of(fingerprint))
                    && Files.exists(layout.blob(digest))
                    && Fingerprint.of(layout.blob(digest)).equals(fingerprint)) {
                rows.put(digest, fingerprint);
            }
        }
    }

    /// Reads a file that seemed wrong once more, with nobody else at it, and takes it away if it
    /// is; whether it was. From the disk: what is right in the page cache only is not for long.
    boolean recheck(Digest digest, ScrubbedFile.Disk disk) throws IOException {
        Path place = layout.blob(digest);
        try (var _ = turns.await(digest)) {
            if (Files.notExists(place)) {
                return false;
            }
            makeReadOnly(place);
            Optional<Fingerprint> right =
                    descriptors.need(() -> ScrubbedFile.right(digest, place, disk));
            if (right.isPresent()) {
                LOG.warn("blob {} seemed wrong, and is right when read again", digest);
                remember(digest, right.get());
                return false;
            }
            open.drop(digest);
            quarantine(digest, place);
            return true;
        }
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
        damaged.increment();
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
        trouble.requireKeeping();
        try (var _ = turns.await(digest)) {
            if (!filling.add(digest)) {
                throw new IOException(digest + " is being filled already");
            }
            boolean isBegun = false;
            try {
                IncomingBlob incoming =
                        trouble.watch(() ->
                                descriptors.need(() ->
                                        DiskIncomingBlob.begin(digest, layout, partials, this)));
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
            if (verify == StoreConfig.Verify.FS_VERITY) {
                fsVerity.enable(place);
            }
            // The folder's own name as well: another commit may have made it and not synced it yet.
            descriptors.needFor(() -> Sync.directory(layout.folder(digest)));
            descriptors.needFor(() -> Sync.directory(layout.blobs(digest.algorithm())));
            descriptors.needFor(() -> Sync.directory(layout.incoming()));
            Fingerprint fingerprint = Fingerprint.of(place);
            Usage usage = appraiser.admit(digest, fingerprint.size(), refetchTime);
            rows.admit(digest, fingerprint, usage, hold);
            open.use(digest);
        }
    }

    /// Deletes what a download left behind, unless one is going on with it.
    void forgetIncoming(Digest digest) throws IOException {
        try (var _ = turns.await(digest)) {
            if (!filling.contains(digest)) {
                partials.remove(digest);
                Files.deleteIfExists(layout.incoming(digest));
                rows.ledger().forget(digest);
            }
        }
    }

    Turns turns() {
        return turns;
    }

    Trouble trouble() {
        return trouble;
    }

    Descriptors descriptors() {
        return descriptors;
    }

    /// How many files were found damaged since the store was opened, by whomever.
    long damaged() {
        return damaged.sum();
    }

    private void closeIdle() {
        open.close();
    }

    /// Whoever filled this digest's file has done with it.
    void filled(Digest digest) {
        filling.remove(digest);
    }

    /// Whoever has committed this digest needs its file no more.
    void letGo(Digest digest) {
        open.endUse(digest);
    }

    Evictor evictor() {
        return evictor;
    }

    /// Closes the files that nobody reads; readers go on reading.
    @Override
    public void close() {
        open.close();
        evictor.close();
    }
}
