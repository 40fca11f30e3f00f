package dev.tarn.pull;

import static dev.tarn.oci.RegistryException.UpstreamFailed.Kind.SILENT;
import static dev.tarn.oci.RegistryException.UpstreamFailed.Kind.WRONG_BYTES;

import dev.tarn.oci.Accept;
import dev.tarn.oci.Descriptor;
import dev.tarn.oci.Digest;
import dev.tarn.oci.Manifest;
import dev.tarn.oci.ManifestParser;
import dev.tarn.oci.RawManifest;
import dev.tarn.oci.Reference;
import dev.tarn.oci.RegistryException.Throttled;
import dev.tarn.oci.RegistryException.UpstreamFailed;
import dev.tarn.oci.Repository;
import dev.tarn.oci.Tag;
import dev.tarn.pull.ManifestStore.TagEntry;
import dev.tarn.pull.ManifestStore.TagMeaning;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Answers for manifests. One asked for by digest is fetched once for ever. What a tag means is
/// taken from memory while it is fresh; then the upstream is asked by HEAD, which Docker Hub does
/// not count as a pull, and where that fails, what is here is served as stale. Called on the
/// virtual threads of requests.
public final class ManifestPuller {

    /// How long a client waits for the upstream to say what a tag means, before it gets what we
    /// have.
    private static final Duration PATIENCE_WITH_STALE = Duration.ofSeconds(2);

    /// How long it waits where there is nothing else to give it. containerd gives up at 30 seconds.
    private static final Duration PATIENCE = Duration.ofSeconds(25);

    private static final Logger LOG = LoggerFactory.getLogger(ManifestPuller.class);

    private final ManifestStore store;
    private final BlobPuller blobs;
    private final InstantSource clock;
    private final Flights<Question, RawManifest> fetches = new Flights<>();
    private final Flights<Question, Optional<Descriptor>> descriptions = new Flights<>();

    private final TagMoves moves = new TagMoves();

    /// @param movedAt who asks after a tag has moved does not join those who asked before
    private record Question(
            Repository repository, Reference reference, Accept accept, Optional<Instant> movedAt) {}

    public ManifestPuller(ManifestStore store, BlobPuller blobs, InstantSource clock) {
        this.store = store;
        this.blobs = blobs;
        this.clock = clock;
    }

    /// The manifest itself (GET).
    public ManifestPull pull(Target target, Reference reference, Accept accept)
            throws InterruptedException {
        return switch (reference) {
            case Digest digest -> pull(target, digest);
            case Tag tag -> pull(target, tag, accept);
        };
    }

    /// The manifest where it is a hit and in memory: waits for nothing, so an event loop may ask.
    /// Empty says only that `pull` would have to look.
    public Optional<ManifestPull> recall(Target target, Reference reference, Accept accept) {
        return switch (reference) {
            case Digest digest ->
                    recall(target, digest).map(manifest -> new ManifestPull(manifest, Outcome.HIT));
            case Tag tag -> {
                Optional<TagEntry> known = store.recallTag(target.repository(), tag, accept);
                yield known.filter(entry -> isFresh(target, tag, entry))
                        .flatMap(entry -> recall(target, entry.descriptor().digest()))
                        .map(manifest ->
                                new ManifestPull(manifest, Outcome.HIT, known.map(this::age)));
            }
        };
    }

    private Optional<RawManifest> recall(Target target, Digest digest) {
        return store.recallsLink(target.repository(), digest)
                ? store.recall(digest)
                : Optional.empty();
    }

    /// What a reference means (HEAD). Fetches nothing that is not needed to say it.
    public DescriptorPull describe(Target target, Reference reference, Accept accept)
            throws InterruptedException {
        return switch (reference) {
            case Digest digest -> describe(target, digest);
            case Tag tag -> describe(target, tag, accept);
        };
    }

    // By digest.

    private ManifestPull pull(Target target, Digest digest) throws InterruptedException {
        Optional<RawManifest> stored = findConfirmed(target, digest);
        return stored.isPresent()
                ? new ManifestPull(stored.get(), Outcome.HIT)
                : miss(target, digest, Accept.ANYTHING);
    }

    private DescriptorPull describe(Target target, Digest digest) throws InterruptedException {
        Optional<RawManifest> stored = findConfirmed(target, digest);
        return stored.isPresent()
                ? new DescriptorPull(stored.get().descriptor(), Outcome.HIT)
                : new DescriptorPull(ask(target, digest, Accept.ANYTHING, PATIENCE), Outcome.MISS);
    }

    /// A stored manifest, once the upstream has said that it is to be had under this name.
    private Optional<RawManifest> findConfirmed(Target target, Digest digest)
            throws InterruptedException {
        Optional<RawManifest> stored = store.find(digest);
        if (stored.isPresent() && !store.isLinked(target.repository(), digest)) {
            var _ = ask(target, digest, Accept.ANYTHING, PATIENCE);
            store.link(target.repository(), digest);
        }
        return stored;
    }

    // By tag.

    private ManifestPull pull(Target target, Tag tag, Accept accept) throws InterruptedException {
        Optional<TagEntry> known = store.findTag(target.repository(), tag, accept);
        if (known.isEmpty()) {
            return miss(target, tag, accept);
        }
        Descriptor before = known.get().descriptor();
        if (isFresh(target, tag, known.get())) {
            ManifestPull pull = pull(target, before.digest());
            return pull.outcome() == Outcome.HIT ? pull.with(Outcome.HIT, age(known.get())) : pull;
        }
        try {
            Instant askedAt = clock.instant();
            Descriptor now = ask(target, tag, accept, PATIENCE_WITH_STALE);
            ManifestPull pull = pull(target, now.digest());
            remember(target, tag, accept, new TagEntry(now, askedAt));
            return pull.outcome() == Outcome.HIT
                    ? pull.with(Outcome.REVALIDATED, Duration.ZERO)
                    : pull;
        } catch (Throttled | UpstreamFailed e) {
            RawManifest stored = store.find(before.digest()).orElseThrow(() -> e);
            LOG.info("{}:{} is served stale: {}", target.repository(), tag, e.getMessage());
            return new ManifestPull(stored, Outcome.STALE, known.map(this::age));
        }
    }

    private DescriptorPull describe(Target target, Tag tag, Accept accept)
            throws InterruptedException {
        Optional<TagEntry> known = store.findTag(target.repository(), tag, accept);
        if (known.isPresent() && isFresh(target, tag, known.get())) {
            return new DescriptorPull(known.get().descriptor(), Outcome.HIT, age(known.get()));
        }
        try {
            Duration patience = known.isPresent() ? PATIENCE_WITH_STALE : PATIENCE;
            Instant askedAt = clock.instant();
            Descriptor now = ask(target, tag, accept, patience);
            if (known.isEmpty() || isWorthMoving(known.get(), now)) {
                remember(target, tag, accept, new TagEntry(now, askedAt));
            }
            return known.isPresent()
                    ? new DescriptorPull(now, Outcome.REVALIDATED, Duration.ZERO)
                    : new DescriptorPull(now, Outcome.MISS);
        } catch (Throttled | UpstreamFailed e) {
            Descriptor before = known.map(TagEntry::descriptor).orElseThrow(() -> e);
            LOG.info("{}:{} is described stale: {}", target.repository(), tag, e.getMessage());
            return new DescriptorPull(before, Outcome.STALE, known.map(this::age));
        }
    }

    private Duration age(TagEntry entry) {
        return Duration.between(entry.checkedAt(), clock.instant());
    }

    private boolean isFresh(Target target, Tag tag, TagEntry entry) {
        Duration age = age(entry);
        return !age.isNegative()
                && age.compareTo(target.upstream().tagTtl()) < 0
                && moves.find(target.repository(), tag)
                        .map(entry.checkedAt()::isAfter)
                        .orElse(true);
    }

    /// A tag does not leave a manifest that we hold for one that we do not hold yet: if the
    /// upstream went away in between, we would have nothing to serve.
    private boolean isWorthMoving(TagEntry before, Descriptor now) {
        return store.find(now.digest()).isPresent()
                || store.find(before.descriptor().digest()).isEmpty();
    }

    /// Somebody who should know says that the tag has moved: what it meant is stale from now on,
    /// also where that is still being asked for, and after a restart.
    public void tagMoved(Target target, Tag tag) {
        Instant now = clock.instant();
        moves.note(target.repository(), tag, now);
        target.upstream().tagMoved(target.name(), tag);
        store.makeStale(target.repository(), tag, now.minus(target.upstream().tagTtl()));
    }

    private void remember(Target target, Tag tag, Accept accept, TagEntry entry) {
        store.putTag(target.repository(), tag, accept, entry);
    }

    // From the upstream.

    private Question question(Target target, Reference reference, Accept accept) {
        Repository repository = target.repository();
        return new Question(repository, reference, accept, moves.find(repository, reference));
    }

    private ManifestPull miss(Target target, Reference reference, Accept accept)
            throws InterruptedException {
        RawManifest manifest =
                fetches.await(
                        question(target, reference, accept),
                        () -> fetchAndStore(target, reference, accept));
        return new ManifestPull(manifest, Outcome.MISS);
    }

    /// Starts to fetch the blobs of a manifest that was a miss, before anybody asks for them. Best
    /// called once the client has its answer, so as not to be in the way of that.
    public void prefetch(Target target, RawManifest manifest) {
        Thread.ofVirtual()
                .name("prefetch")
                .start(() -> {
                    if (ManifestParser.parse(manifest) instanceof Manifest.Image image) {
                        blobs.prefetch(target, image);
                    }
                });
    }

    private RawManifest fetchAndStore(Target target, Reference reference, Accept accept)
            throws InterruptedException {
        Optional<RawManifest> landed = findLanded(target, reference, accept);
        if (landed.isPresent()) {
            return landed.get();
        }
        Instant askedAt = clock.instant();
        RawManifest manifest = target.upstream().fetchManifest(target.name(), reference, accept);
        Optional<TagMeaning> meaning =
                reference instanceof Tag tag
                        ? Optional.of(
                                new TagMeaning(
                                        tag, accept, new TagEntry(manifest.descriptor(), askedAt)))
                        : Optional.empty();
        store.putFetched(target.repository(), manifest, meaning);
        return manifest;
    }

    /// What another flight has brought between the caller's look into the store and now.
    private Optional<RawManifest> findLanded(Target target, Reference reference, Accept accept) {
        Optional<Digest> digest =
                switch (reference) {
                    case Digest known -> Optional.of(known);
                    case Tag tag ->
                            store.findTag(target.repository(), tag, accept)
                                    .filter(entry -> isFresh(target, tag, entry))
                                    .map(entry -> entry.descriptor().digest());
                };
        return digest.filter(known -> store.isLinked(target.repository(), known))
                .flatMap(store::find);
    }

    /// What the upstream says that a reference means. Where a registry does not say it in answer to
    /// a HEAD, the manifest itself does. Both together may take as long as `patience`.
    private Descriptor ask(Target target, Reference reference, Accept accept, Duration patience)
            throws InterruptedException {
        long start = System.nanoTime();
        Question question = question(target, reference, accept);
        Optional<Descriptor> told =
                descriptions
                        .await(
                                question,
                                patience,
                                () ->
                                        target.upstream()
                                                .describeManifest(target.name(), reference, accept))
                        .orElseThrow(() -> tooLong(target));
        if (told.isEmpty()) {
            Duration left = patience.minusNanos(System.nanoTime() - start);
            told =
                    fetches.await(question, left, () -> fetchAndStore(target, reference, accept))
                            .map(RawManifest::descriptor);
        }
        Descriptor descriptor = told.orElseThrow(() -> tooLong(target));
        if (reference instanceof Digest digest && !descriptor.digest().equals(digest)) {
            throw new UpstreamFailed(
                    WRONG_BYTES, target.repository() + " describes another manifest");
        }
        return descriptor;
    }

    private static UpstreamFailed tooLong(Target target) {
        return new UpstreamFailed(SILENT, target.repository() + " takes too long to confirm");
    }
}
