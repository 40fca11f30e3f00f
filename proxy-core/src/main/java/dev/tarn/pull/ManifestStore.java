package dev.tarn.pull;

import dev.tarn.oci.Accept;
import dev.tarn.oci.Descriptor;
import dev.tarn.oci.Digest;
import dev.tarn.oci.RawManifest;
import dev.tarn.oci.Repository;
import dev.tarn.oci.Tag;
import java.time.Instant;
import java.util.Optional;

/// Manifests by digest, what tags meant when they were last looked at, and what may be read through
/// which repository. All methods may be called from any thread; what a method put is there after a
/// power cut once it has returned, where the disk can be written.
public interface ManifestStore {

    /// What a tag meant at the upstream, and when that was last confirmed.
    record TagEntry(Descriptor descriptor, Instant checkedAt) {

        /// The same, but looked at no later than this.
        public TagEntry noLaterThan(Instant time) {
            return checkedAt.isAfter(time) ? new TagEntry(descriptor, time) : this;
        }
    }

    /// What a tag means, for those who accept that.
    record TagMeaning(Tag tag, Accept accept, TagEntry entry) {}

    Optional<RawManifest> find(Digest digest);

    /// Like `find`, but only what is in memory. Empty says only that `find` would have to look.
    Optional<RawManifest> recall(Digest digest);

    void put(RawManifest manifest);

    Optional<TagEntry> findTag(Repository repository, Tag tag, Accept accept);

    /// Like `findTag`, but only what is in memory.
    Optional<TagEntry> recallTag(Repository repository, Tag tag, Accept accept);

    void putTag(Repository repository, Tag tag, Accept accept, TagEntry entry);

    /// What the tag means, whoever asks, counts from now on as looked at no later than `checkedAt`.
    void makeStale(Repository repository, Tag tag, Instant checkedAt);

    /// What was fetched through `repository`: the manifest, which is to be had there, and what the
    /// tag means by which it was asked for, if it was. Found by everybody once this returns; what
    /// lasts may come a moment later, since a client waits.
    default void putFetched(
            Repository repository, RawManifest manifest, Optional<TagMeaning> meaning) {
        put(manifest);
        link(repository, manifest.digest());
        meaning.ifPresent(tag -> putTag(repository, tag.tag(), tag.accept(), tag.entry()));
    }

    /// Whether the upstream has confirmed that `repository` holds `digest`, a blob or a manifest.
    boolean isLinked(Repository repository, Digest digest);

    /// Like `isLinked`, but only what is in memory: false says only that `isLinked` would have to
    /// look.
    boolean recallsLink(Repository repository, Digest digest);

    void link(Repository repository, Digest digest);
}
