package dev.tarn.storage;

import dev.tarn.oci.Digest;
import dev.tarn.oci.Repository;
import dev.tarn.oci.Tag;
import dev.tarn.pull.BlobStore;
import dev.tarn.pull.ManifestStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// All that the mirror keeps, in one folder that one process has at a time.
public final class DiskStore implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(DiskStore.class);

    private static final Duration PROBE_INTERVAL = Duration.ofSeconds(1);

    private final Index index;
    private final BlobRows rows;
    private final Trouble trouble;
    private final DiskBlobStore blobs;
    private final DiskManifestStore manifests;
    private final Scrub scrub;
    private final Upkeep upkeep;
    private final Pins pins;
    private final Departing departing;

    private DiskStore(Layout layout, Index index, StoreConfig config) throws IOException {
        this.index = index;
        this.trouble = new Trouble(layout.probe(), PROBE_INTERVAL);
        PartialRows partials = new PartialRows(layout, index);
        if (index.isHealthy()) {
            new Recovery(layout).sweep(partials);
        }
        this.rows = new BlobRows(index);
        this.pins = new Pins(config.budget().pins(), new PinFile(layout));
        this.manifests = new DiskManifestStore(index, pins);
        this.blobs =
                new DiskBlobStore(
                        layout,
                        rows,
                        partials,
                        trouble,
                        config,
                        config.budget()
                                .capacity()
                                .of(Files.getFileStore(layout.root()).getTotalSpace()),
                        () -> pins.blobs(index, manifests::find));
        Reconciliation reconciliation = new Reconciliation(layout, rows, blobs.turns());
        InstantSource clock = InstantSource.system();
        this.scrub =
                new Scrub(
                        layout,
                        index,
                        blobs,
                        reconciliation,
                        config,
                        ScrubbedFile::openDirect,
                        clock);
        this.upkeep =
                new Upkeep(
                        index,
                        rows,
                        reconciliation,
                        new Housekeeping(layout, blobs, index, clock, Housekeeping.TAGS_MAX),
                        scrub);
        this.departing = new Departing(index, blobs, upkeep::later);
        index.follow(new IndexWatch());
        upkeep.start();
    }

    /// Opens the store in a folder with the usual upkeep and budget.
    public static DiskStore open(Path root) throws IOException {
        return open(root, StoreConfig.DEFAULT);
    }

    /// Opens the store in a folder, or makes one in an empty folder, and heals what a crash left
    /// behind. An index that cannot be read is set aside and made again from the blobs that are
    /// there, while they are served. Throws where another process has the store, the folder holds
    /// something else, or its format is unknown.
    public static DiskStore open(Path root, StoreConfig config) throws IOException {
        Layout layout = new Layout(root);
        layout.createRoot();
        Format.check(layout);
        layout.createFolders();
        try {
            return openIndexed(layout, config);
        } catch (BrokenIndexException e) {
            LOG.error("index: {} cannot be used", layout.index(), e);
            new Recovery(layout).setAside();
            return openIndexed(layout, config);
        }
    }

    private static DiskStore openIndexed(Layout layout, StoreConfig config) throws IOException {
        Index index = Index.open(layout);
        boolean isOpen = false;
        try {
            DiskStore store = new DiskStore(layout, index, config);
            isOpen = true;
            return store;
        } finally {
            if (!isOpen) {
                index.close();
            }
        }
    }

    private final class IndexWatch implements Index.Follower {
        @Override
        public void failed(Throwable why) {
            trouble.note(Trouble.Part.INDEX, why);
        }

        @Override
        public void mended() {
            trouble.clear(Trouble.Part.INDEX);
            pins.readAgain();
            upkeep.reconcileSoon();
        }
    }

    public BlobStore blobs() {
        return blobs;
    }

    public ManifestStore manifests() {
        return manifests;
    }

    /// How many blobs are whole.
    public long blobCount() {
        return rows.count();
    }

    /// The size of all whole blobs together.
    public long byteCount() {
        return rows.bytes();
    }

    /// Whether index and tree have been found to agree.
    boolean isComplete() throws IOException {
        return index.isComplete();
    }

    /// What is wrong with the disk now, in words; empty where nothing is.
    public Optional<String> trouble() {
        return trouble.now();
    }

    /// How far the scrub has come.
    public ScrubProgress scrubProgress() {
        return scrub.progress();
    }

    /// Lets a pass of the scrub begin now, where none goes on.
    public void startScrub() {
        upkeep.scrubSoon();
    }

    /// Whether a pass of the scrub goes on, or is about to.
    public boolean isScrubbing() {
        return scrub.isRunning();
    }

    /// How many files were found damaged since the store was opened.
    public long damagedCount() {
        return blobs.damaged();
    }

    /// What the store may hold, in bytes.
    public long capacity() {
        return blobs.evictor().capacity();
    }

    /// What the blobs take up, and those on their way in with what is promised to them, and what is
    /// left of those that did not get here.
    public long usedBytes() {
        return rows.ledger().total();
    }

    /// What was evicted since the start.
    public Evicted evicted() {
        return Stream.of(EvictionCause.values())
                .map(this::evicted)
                .reduce(Evicted.NOTHING, Evicted::plus);
    }

    public Evicted evicted(EvictionCause cause) {
        return blobs.evictor().evicted(cause);
    }

    /// What would be evicted next, the first first, as far as a sample of the store tells.
    public List<Candidate> next(int max) throws IOException {
        return blobs.evictor().next(max).stream()
                .map(victim ->
                        new Candidate(
                                victim.key(),
                                victim.usage().size(),
                                Optional.of(victim.usage().usedAt())
                                        .filter(millis -> millis > 0)
                                        .map(Instant::ofEpochMilli),
                                victim.usage().uses()))
                .toList();
    }

    /// The tags that there are, in the order of their names, at most so many.
    public List<StoredTag> tags(int max) throws IOException {
        return manifests.tags(max);
    }

    /// Whether a blob is stored whole.
    public boolean holds(Digest digest) throws IOException {
        return rows.usage(digest).isPresent();
    }

    /// The pins of the configuration.
    public List<Pin> configuredPins() {
        return pins.configured();
    }

    /// The pins that were added since, by whichever process.
    public List<Pin> addedPins() {
        return pins.added();
    }

    /// The pins by which an image is never evicted.
    public List<Pin> pinsOf(Repository repository, Tag tag) {
        return pins.of(repository, tag);
    }

    /// Pins images; this lasts once it returns.
    public void pin(Pin pin) throws IOException {
        pins.add(pin);
    }

    /// Takes a pin back; false where none was added.
    public boolean unpin(Pin pin) throws IOException {
        return pins.remove(pin);
    }

    /// What the tags of a repository mean, each as often as it is asked for in different ways.
    public List<StoredTag> tags(Repository repository) throws IOException {
        return manifests.tags(repository);
    }

    /// What would go with images, and can be taken away.
    public Purge preparePurge(Collection<ImageReference> images)
            throws IOException, InterruptedException {
        manifests.awaitWrites();
        return new Purge(Set.copyOf(images), index, manifests, blobs, rows, departing);
    }

    /// What the index takes up on the disk.
    public long indexBytes() {
        return index.bytes();
    }

    /// What the index takes up in memory.
    public long indexMemoryBytes() {
        return index.memoryBytes();
    }

    /// Finishes the writes that are waiting and gives the folder back. Open readers go on reading.
    @Override
    public void close() {
        upkeep.close();
        trouble.close();
        blobs.close();
        manifests.close();
        index.close();
    }
}
