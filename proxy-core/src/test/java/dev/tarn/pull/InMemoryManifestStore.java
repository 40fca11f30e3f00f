package dev.tarn.pull;

import dev.tarn.oci.Accept;
import dev.tarn.oci.Digest;
import dev.tarn.oci.RawManifest;
import dev.tarn.oci.Repository;
import dev.tarn.oci.Tag;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// A manifest store that forgets everything when the test ends.
public final class InMemoryManifestStore implements ManifestStore {

    private record TagKey(Repository repository, Tag tag, Accept accept) {}

    private record Link(Repository repository, Digest digest) {}

    private final Map<Digest, RawManifest> manifests = new ConcurrentHashMap<>();
    private final Map<TagKey, TagEntry> tags = new ConcurrentHashMap<>();
    private final Set<Link> links = ConcurrentHashMap.newKeySet();

    @Override
    public Optional<RawManifest> find(Digest digest) {
        return Optional.ofNullable(manifests.get(digest));
    }

    @Override
    public Optional<RawManifest> recall(Digest digest) {
        return find(digest);
    }

    @Override
    public void put(RawManifest manifest) {
        manifests.put(manifest.digest(), manifest);
    }

    @Override
    public Optional<TagEntry> findTag(Repository repository, Tag tag, Accept accept) {
        return Optional.ofNullable(tags.get(new TagKey(repository, tag, accept)));
    }

    @Override
    public Optional<TagEntry> recallTag(Repository repository, Tag tag, Accept accept) {
        return findTag(repository, tag, accept);
    }

    @Override
    public void putTag(Repository repository, Tag tag, Accept accept, TagEntry entry) {
        tags.put(new TagKey(repository, tag, accept), entry);
    }

    @Override
    public void makeStale(Repository repository, Tag tag, Instant checkedAt) {
        tags.replaceAll((key, entry) ->
                key.repository().equals(repository) && key.tag().equals(tag)
                        ? entry.noLaterThan(checkedAt)
                        : entry);
    }

    @Override
    public boolean isLinked(Repository repository, Digest digest) {
        return links.contains(new Link(repository, digest));
    }

    @Override
    public boolean recallsLink(Repository repository, Digest digest) {
        return isLinked(repository, digest);
    }

    @Override
    public void link(Repository repository, Digest digest) {
        links.add(new Link(repository, digest));
    }
}
