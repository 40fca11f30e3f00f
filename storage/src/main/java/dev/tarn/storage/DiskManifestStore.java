package dev.tarn.storage;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Weigher;
import dev.tarn.oci.Accept;
import dev.tarn.oci.Descriptor;
import dev.tarn.oci.Digest;
import dev.tarn.oci.MediaType;
import dev.tarn.oci.RawManifest;
import dev.tarn.oci.RegistryException;
import dev.tarn.oci.RegistryHost;
import dev.tarn.oci.Repository;
import dev.tarn.oci.RepositoryName;
import dev.tarn.oci.Tag;
import dev.tarn.pull.ManifestStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Manifests, tags and links as rows of the index. What is hot is answered from memory, so that a
/// hit reads no disk; each memory has a limit in bytes. Everything runs on the thread of the
/// caller.
final class DiskManifestStore implements ManifestStore, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(DiskManifestStore.class);

    private static final long MANIFEST_BYTES_MAX = 32L << 20;
    private static final long TAG_BYTES_MAX = 4L << 20;
    private static final long LINK_BYTES_MAX = 8L << 20;

    /// A tag means something for each way in which clients ask for it, and strangers choose those.
    private static final int MEANINGS_MAX = 1_000;

    /// About what an entry takes on the heap besides its text or bytes.
    private static final int ENTRY_BYTES = 400;

    private record TagKey(Repository repository, Tag tag, Accept accept) {

        int bytes() {
            return RowKey.of(repository, tag, accept).length;
        }

        String text() {
            return new String(RowKey.of(repository, tag, accept), UTF_8);
        }
    }

    private final Index index;
    private final Pins pins;
    private final WriteBehind writes;
    private final Cache<Digest, @Nullable RawManifest> manifests =
            hot(MANIFEST_BYTES_MAX, (_, manifest) -> ENTRY_BYTES + manifest.size());
    private final Cache<TagKey, @Nullable TagEntry> tags =
            hot(TAG_BYTES_MAX, (key, _) -> ENTRY_BYTES + key.bytes());
    private final Cache<LinkKey, @Nullable Boolean> links =
            hot(LINK_BYTES_MAX, (key, _) -> ENTRY_BYTES + key.bytes());

    DiskManifestStore(Index index, Pins pins) {
        this(index, pins, new WriteBehind(index::commit));
    }

    DiskManifestStore(Index index, Pins pins, WriteBehind writes) {
        this.index = index;
        this.pins = pins;
        this.writes = writes;
    }

    private static <K, V> Cache<K, @Nullable V> hot(long bytesMax, Weigher<K, V> weigher) {
        return Caffeine.newBuilder()
                .maximumWeight(bytesMax)
                .weigher(weigher)
                .executor(Runnable::run)
                .build();
    }

    @Override
    public Optional<RawManifest> find(Digest digest) {
        return Optional.ofNullable(manifests.get(digest, this::read));
    }

    @Override
    public Optional<RawManifest> recall(Digest digest) {
        return Optional.ofNullable(manifests.getIfPresent(digest));
    }

    private @Nullable RawManifest read(Digest digest) {
        byte[] key = RowKey.of(digest);
        Optional<RawManifest> row =
                Row.read(
                        digest,
                        row(Family.MANIFEST, key),
                        fields -> manifest(digest.algorithm(), fields));
        if (row.isPresent() && !row.get().digest().equals(digest)) {
            LOG.error("manifest {}: its row has been damaged; dropped", digest);
            commit(Change.delete(Family.MANIFEST, key));
            return null;
        }
        return row.orElse(null);
    }

    @Override
    public void put(RawManifest manifest) {
        Digest digest = manifest.digest();
        if (manifests.getIfPresent(digest) == null) {
            commit(Change.put(Family.MANIFEST, RowKey.of(digest), row(manifest)));
            manifests.put(digest, manifest);
            pins.manifestCame();
        }
    }

    @Override
    public Optional<TagEntry> findTag(Repository repository, Tag tag, Accept accept) {
        return Optional.ofNullable(tags.get(new TagKey(repository, tag, accept), this::read));
    }

    @Override
    public Optional<TagEntry> recallTag(Repository repository, Tag tag, Accept accept) {
        return Optional.ofNullable(tags.getIfPresent(new TagKey(repository, tag, accept)));
    }

    private @Nullable TagEntry read(TagKey key) {
        byte[] rowKey = RowKey.of(key.repository(), key.tag(), key.accept());
        return Row.read(key, row(Family.TAG, rowKey), DiskManifestStore::tagEntry).orElse(null);
    }

    @Override
    public void putTag(Repository repository, Tag tag, Accept accept, TagEntry entry) {
        byte[] key = RowKey.of(repository, tag, accept);
        commit(Change.put(Family.TAG, key, row(entry)));
        tags.put(new TagKey(repository, tag, accept), entry);
        pins.tagged(key, entry.descriptor().digest());
    }

    @Override
    public void makeStale(Repository repository, Tag tag, Instant checkedAt) {
        List<Change> changes = new ArrayList<>();
        try {
            index.forEachBetween(
                    Family.TAG,
                    RowKey.before(repository, tag),
                    RowKey.after(repository, tag),
                    MEANINGS_MAX,
                    (key, row) ->
                            Row.read(tag, row, DiskManifestStore::tagEntry)
                                    .map(entry -> row(entry.noLaterThan(checkedAt)))
                                    .ifPresent(stale ->
                                            changes.add(Change.put(Family.TAG, key, stale))));
        } catch (IOException e) {
            throw new RegistryException.StoreFailed("the index cannot be read", e);
        }
        commit(changes.toArray(Change[]::new));
        for (TagKey key : tags.asMap().keySet()) {
            if (key.tag().equals(tag) && key.repository().equals(repository)) {
                tags.asMap().computeIfPresent(key, (_, entry) -> entry.noLaterThan(checkedAt));
            }
        }
    }

    /// In one write, for which nobody waits: a sync takes longer than to fetch a manifest from
    /// nearby. Should it fail, or too much wait for a slow disk, the manifest is in memory for a
    /// while, and then fetched again.
    @Override
    public void putFetched(
            Repository repository, RawManifest manifest, Optional<TagMeaning> meaning) {
        Digest digest = manifest.digest();
        List<Change> changes = new ArrayList<>();
        changes.add(Change.put(Family.MANIFEST, RowKey.of(digest), row(manifest)));
        changes.add(linked(repository, digest));
        meaning.ifPresent(tag ->
                changes.add(
                        Change.put(
                                Family.TAG,
                                RowKey.of(repository, tag.tag(), tag.accept()),
                                row(tag.entry()))));
        manifests.put(digest, manifest);
        links.put(new LinkKey(repository, digest), true);
        meaning.ifPresent(
                tag -> tags.put(new TagKey(repository, tag.tag(), tag.accept()), tag.entry()));
        pins.manifestCame();
        meaning.ifPresent(tag ->
                pins.tagged(
                        RowKey.of(repository, tag.tag(), tag.accept()),
                        tag.entry().descriptor().digest()));
        writes.begin(
                "manifest " + digest,
                changes,
                () ->
                        changes.stream()
                                .filter(change -> change.family() == Family.TAG)
                                .forEach(change -> pins.written(change.key())));
    }

    /// Waits for what is being written.
    @Override
    public void close() {
        try {
            awaitWrites();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// That there is no link is remembered as well: `link` writes over it.
    @Override
    public boolean isLinked(Repository repository, Digest digest) {
        Boolean isLinked =
                links.get(
                        new LinkKey(repository, digest),
                        _ -> row(Family.LINK, RowKey.of(repository, digest)) != null);
        return Boolean.TRUE.equals(isLinked);
    }

    @Override
    public boolean recallsLink(Repository repository, Digest digest) {
        return Boolean.TRUE.equals(links.getIfPresent(new LinkKey(repository, digest)));
    }

    @Override
    public void link(Repository repository, Digest digest) {
        LinkKey key = new LinkKey(repository, digest);
        if (!Boolean.TRUE.equals(links.getIfPresent(key))) {
            commit(linked(repository, digest));
            links.put(key, true);
        }
    }

    private byte @Nullable [] row(Family family, byte[] key) {
        try {
            return index.find(family, key);
        } catch (IOException e) {
            throw new RegistryException.StoreFailed("the index cannot be read", e);
        }
    }

    private static Change linked(Repository repository, Digest digest) {
        return Change.put(Family.LINK, RowKey.of(repository, digest), Row.write(0, _ -> {}));
    }

    private void commit(Change... changes) {
        try {
            index.commit(changes);
        } catch (IOException e) {
            throw new RegistryException.StoreFailed("the index cannot be written", e);
        }
    }

    private static byte[] row(RawManifest manifest) {
        byte[] mediaType = manifest.mediaType().text().getBytes(UTF_8);
        return Row.write(
                Short.BYTES + mediaType.length + manifest.size(),
                row -> row.putShort((short) mediaType.length).put(mediaType).put(manifest.bytes()));
    }

    static RawManifest manifest(Digest.Algorithm algorithm, ByteBuffer row) {
        MediaType mediaType = new MediaType(text(row, row.getShort()));
        return RawManifest.of(mediaType, algorithm, Row.bytes(row, row.remaining()));
    }

    private static byte[] row(TagEntry entry) {
        Instant checkedAt = entry.checkedAt();
        Descriptor descriptor = entry.descriptor();
        byte[] digest = RowKey.of(descriptor.digest());
        byte[] mediaType = descriptor.mediaType().text().getBytes(UTF_8);
        return Row.write(
                2 * Long.BYTES + Integer.BYTES + 1 + digest.length + mediaType.length,
                row ->
                        row.putLong(checkedAt.getEpochSecond())
                                .putInt(checkedAt.getNano())
                                .putLong(descriptor.size())
                                .put((byte) digest.length)
                                .put(digest)
                                .put(mediaType));
    }

    /// The tags that there are, in the order of their names, at most so many. One that is asked for
    /// in several ways may mean several things.
    List<StoredTag> tags(int max) throws IOException {
        return tags(new byte[0], max);
    }

    /// Those of one repository.
    List<StoredTag> tags(Repository repository) throws IOException {
        return tags(RowKey.prefix(repository).getBytes(UTF_8), Housekeeping.TAGS_MAX);
    }

    private List<StoredTag> tags(byte[] prefix, int max) throws IOException {
        List<StoredTag> all = new ArrayList<>();
        index.forEachWhile(
                Family.TAG,
                prefix,
                (key, row) -> {
                    if (!RowKey.hasPrefix(key, prefix)) {
                        return false;
                    }
                    RowKey.TagName name = RowKey.tagName(key);
                    Row.read(name, row, DiskManifestStore::tagEntry)
                            .map(entry ->
                                    new StoredTag(
                                            name.host(), name.repository(), name.tag(), entry))
                            .ifPresent(all::add);
                    return all.size() < max;
                });
        return all;
    }

    /// What one row says of a tag.
    record TagRow(String key, Repository repository, Tag tag, Digest digest) {}

    /// All tags that there are, whatever was accepted.
    List<TagRow> tagRows() throws IOException {
        List<TagRow> rows = new ArrayList<>();
        index.forEach(
                Family.TAG,
                (key, row) -> {
                    RowKey.TagName name = RowKey.tagName(key);
                    Row.read(name, row, DiskManifestStore::tagEntry)
                            .ifPresent(entry ->
                                    rows.add(
                                            new TagRow(
                                                    new String(key, UTF_8),
                                                    repository(name.host(), name.repository()),
                                                    new Tag(name.tag()),
                                                    entry.descriptor().digest())));
                });
        return rows;
    }

    static Repository repository(String host, String name) {
        return new Repository(new RegistryHost(host), new RepositoryName(name));
    }

    /// Waits for what is being written now.
    void awaitWrites() throws InterruptedException {
        writes.await();
    }

    /// Forgets tags, links and manifests, first on the disk: nobody remembers them from there any
    /// more when they are forgotten in memory.
    void forget(List<Change> deletions) throws IOException {
        index.commit(deletions.toArray(Change[]::new));
        for (Change change : deletions) {
            switch (change.family()) {
                case TAG -> {
                    String key = new String(change.key(), UTF_8);
                    tags.asMap().keySet().removeIf(it -> it.text().equals(key));
                    pins.untagged(change.key());
                }
                case LINK -> {
                    RowKey.LinkName link = RowKey.linkName(change.key());
                    links.invalidate(
                            new LinkKey(repository(link.host(), link.repository()), link.digest()));
                }
                case MANIFEST -> manifests.invalidate(RowKey.digest(change.key()));
                case ABOUT, BLOB, PARTIAL, USAGE ->
                        throw new IllegalArgumentException(
                                change.family() + " is not for manifests");
            }
        }
    }

    static TagEntry tagEntry(ByteBuffer row) {
        Instant checkedAt = Instant.ofEpochSecond(row.getLong(), row.getInt());
        long size = row.getLong();
        byte[] digest = Row.bytes(row, row.get());
        MediaType mediaType = new MediaType(text(row, row.remaining()));
        return new TagEntry(new Descriptor(mediaType, RowKey.digest(digest), size), checkedAt);
    }

    private static String text(ByteBuffer row, int length) {
        return new String(Row.bytes(row, length), UTF_8);
    }
}
