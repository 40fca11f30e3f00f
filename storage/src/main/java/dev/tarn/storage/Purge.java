package dev.tarn.storage;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.tarn.oci.Descriptor;
import dev.tarn.oci.Digest;
import dev.tarn.oci.RawManifest;
import dev.tarn.oci.Repository;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What goes when images are purged: their tags, and what only these refer to. A manifest stays
/// that another tag means, an index names or another repository may read; a blob stays that a
/// manifest names which stays, or that another repository may read. So nothing vanishes for
/// somebody else; who pulls the same image at this moment has it fetched again at worst.
///
/// Found out when it is made, done when it is run. Used by one thread.
public final class Purge {

    private static final int ROWS_PER_COMMIT = 1_000;

    private final DiskManifestStore manifests;
    private final DiskBlobStore blobs;
    private final BlobRows rows;
    private final Departing departing;

    /// What the images that go reach, by the repository that they are in.
    private final Map<Repository, Set<Digest>> reached = new HashMap<>();

    /// Those of all these that are manifests.
    private final Set<Digest> reachedManifests = new HashSet<>();

    private final List<String> tags = new ArrayList<>();
    private final Map<Repository, Set<Digest>> otherTags = new HashMap<>();
    private final References references;
    private final Set<Digest> staying;

    Purge(
            Set<ImageReference> images,
            Index index,
            DiskManifestStore manifests,
            DiskBlobStore blobs,
            BlobRows rows,
            Departing departing)
            throws IOException {
        if (!index.isHealthy()) {
            throw new IOException("the index is in trouble: nobody knows what refers to what");
        }
        this.manifests = manifests;
        this.blobs = blobs;
        this.rows = rows;
        this.departing = departing;
        for (ImageReference image : images) {
            reached.computeIfAbsent(image.repository(), _ -> new HashSet<>());
            if (image.reference() instanceof Digest digest) {
                reach(image.repository(), digest);
            }
        }
        for (DiskManifestStore.TagRow row : manifests.tagRows()) {
            if (images.contains(new ImageReference(row.repository(), row.tag()))
                    || images.contains(new ImageReference(row.repository(), row.digest()))) {
                tags.add(row.key());
                reach(row.repository(), row.digest());
            } else {
                otherTags.computeIfAbsent(row.repository(), _ -> new HashSet<>()).add(row.digest());
            }
        }
        Set<Digest> all = new HashSet<>();
        reached.values().forEach(all::addAll);
        references = References.to(all, index);
        staying = staying(all);
    }

    private void reach(Repository repository, Digest root) {
        Set<Digest> found = reached.computeIfAbsent(repository, _ -> new HashSet<>());
        Deque<Digest> open = new ArrayDeque<>();
        if (found.add(root)) {
            open.add(root);
        }
        while (!open.isEmpty()) {
            Digest digest = open.remove();
            Optional<RawManifest> raw = manifests.find(digest);
            if (raw.isPresent()) {
                reachedManifests.add(digest);
                References.children(raw.get())
                        .map(Descriptor::digest)
                        .filter(found::add)
                        .forEach(open::add);
            }
        }
    }

    /// Again and again, since what stays makes what it names stay.
    private Set<Digest> staying(Set<Digest> all) {
        Set<Digest> stay = new HashSet<>();
        otherTags.values().forEach(stay::addAll);
        stay.retainAll(all);
        boolean isMore = true;
        while (isMore) {
            isMore = false;
            for (Digest digest : all) {
                if (!stay.contains(digest) && mustStay(digest, stay)) {
                    stay.add(digest);
                    isMore = true;
                }
            }
        }
        return stay;
    }

    private boolean mustStay(Digest digest, Set<Digest> stay) {
        return references.repositoriesOf(digest).stream()
                        .anyMatch(it -> !reached.getOrDefault(it, Set.of()).contains(digest))
                || references.parentsOf(digest).stream().anyMatch(it -> outlasts(it, stay));
    }

    private boolean outlasts(Digest manifest, Set<Digest> stay) {
        return !reachedManifests.contains(manifest) || stay.contains(manifest);
    }

    /// What may go on being read through a repository: what is named there by something that stays
    /// there.
    private Set<Digest> stillLinked(Repository repository, Set<Digest> linked) {
        Set<Digest> still = new HashSet<>(otherTags.getOrDefault(repository, Set.of()));
        boolean isMore = true;
        while (isMore) {
            isMore = false;
            for (Digest digest : linked) {
                isMore |=
                        references.parentsOf(digest).stream()
                                        .anyMatch(parent ->
                                                reachedManifests.contains(parent)
                                                        ? still.contains(parent)
                                                        : manifests.isLinked(repository, parent))
                                && still.add(digest);
            }
        }
        return still;
    }

    /// What would go now.
    public Purged expected() throws IOException {
        return count(digest -> !blobs.evictor().isInUse(digest));
    }

    /// Takes it away.
    public Purged run() throws IOException {
        List<Change> changes = new ArrayList<>();
        tags.forEach(key -> changes.add(Change.delete(Family.TAG, key.getBytes(UTF_8))));
        reached.forEach((repository, linked) -> {
            Set<Digest> still = stillLinked(repository, linked);
            linked.stream()
                    .filter(digest -> !still.contains(digest))
                    .forEach(digest ->
                            changes.add(Change.delete(Family.LINK, RowKey.of(repository, digest))));
        });
        reachedManifests.stream()
                .filter(digest -> !staying.contains(digest))
                .forEach(digest -> changes.add(Change.delete(Family.MANIFEST, RowKey.of(digest))));
        for (int start = 0; start < changes.size(); start += ROWS_PER_COMMIT) {
            manifests.forget(
                    changes.subList(start, Math.min(changes.size(), start + ROWS_PER_COMMIT)));
        }
        for (Digest digest : reachedBlobs()) {
            if (!staying.contains(digest)) {
                blobs.forgetIncoming(digest);
            }
        }
        return count(this::take);
    }

    private Set<Digest> reachedBlobs() {
        Set<Digest> all = new HashSet<>();
        reached.values().forEach(all::addAll);
        all.removeAll(reachedManifests);
        return all;
    }

    private boolean take(Digest digest) throws IOException {
        boolean isGone = blobs.evictor().take(digest);
        if (!isGone) {
            departing.add(digest);
        }
        return isGone;
    }

    /// Whether a blob goes, or is in use.
    @FunctionalInterface
    private interface Going {
        boolean test(Digest digest) throws IOException;
    }

    private Purged count(Going going) throws IOException {
        int manifestsGone = 0;
        for (Digest manifest : reachedManifests) {
            manifestsGone += staying.contains(manifest) ? 0 : 1;
        }
        Evicted gone = Evicted.NOTHING;
        Evicted shared = Evicted.NOTHING;
        Evicted busy = Evicted.NOTHING;
        for (Digest digest : reachedBlobs()) {
            Optional<Fingerprint> blob = rows.find(digest);
            if (blob.isPresent()) {
                Evicted one = new Evicted(1, blob.get().size());
                if (staying.contains(digest)) {
                    shared = shared.plus(one);
                } else if (going.test(digest)) {
                    gone = gone.plus(one);
                } else {
                    busy = busy.plus(one);
                }
            }
        }
        return new Purged(
                manifestsGone,
                (int) gone.blobs(),
                gone.bytes(),
                (int) shared.blobs(),
                shared.bytes(),
                (int) busy.blobs(),
                busy.bytes());
    }
}
