package dev.tarn.storage;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.tarn.oci.Descriptor;
import dev.tarn.oci.Digest;
import dev.tarn.oci.Manifest;
import dev.tarn.oci.ManifestParser;
import dev.tarn.oci.RawManifest;
import dev.tarn.oci.RegistryException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/// Which blobs belong to images that are pinned: from the tags that match to their manifests, from
/// an index to those of its manifests that are here, from there to configurations and layers. Found
/// out when eviction wants to know, and again when a tag or a manifest has come since. Any thread.
final class Pins {

    private final List<Pin> patterns;
    private final Lock lock = new ReentrantLock();

    /// By the key of the tag's row.
    private final Map<String, Digest> tags = new HashMap<>();

    private boolean isRead;
    private long changes;
    private long changesSeen = -1;
    private Set<Digest> blobs = Set.of();

    Pins(List<Pin> patterns) {
        this.patterns = patterns;
    }

    /// A tag means this manifest from now on.
    ///
    /// @param key of the tag's row
    void tagged(byte[] key, Digest manifest) {
        if (isPinned(key)) {
            lock.lock();
            try {
                if (!manifest.equals(tags.put(new String(key, UTF_8), manifest))) {
                    changes++;
                }
            } finally {
                lock.unlock();
            }
        }
    }

    private boolean isPinned(byte[] key) {
        if (patterns.isEmpty()) {
            return false;
        }
        RowKey.TagName name = RowKey.tagName(key);
        return patterns.stream()
                .anyMatch(pin -> pin.matches(name.host(), name.repository(), name.tag()));
    }

    /// A manifest has come, perhaps one that a pinned index speaks of.
    void manifestCame() {
        if (!patterns.isEmpty()) {
            lock.lock();
            try {
                changes++;
            } finally {
                lock.unlock();
            }
        }
    }

    /// The configurations and layers that must stay.
    Set<Digest> blobs(Index index, Function<Digest, Optional<RawManifest>> manifests)
            throws IOException {
        if (patterns.isEmpty()) {
            return Set.of();
        }
        lock.lock();
        try {
            if (!isRead) {
                readTags(index);
                isRead = true;
            }
            if (changes != changesSeen) {
                blobs = reach(Set.copyOf(tags.values()), manifests);
                changesSeen = changes;
            }
            return blobs;
        } finally {
            lock.unlock();
        }
    }

    /// What a tag meant when it was written down gives way to what was heard since.
    private void readTags(Index index) throws IOException {
        index.forEach(
                Family.TAG,
                (key, row) -> {
                    if (isPinned(key)) {
                        String name = new String(key, UTF_8);
                        Row.read(name, row, DiskManifestStore::tagEntry)
                                .ifPresent(it -> tags.putIfAbsent(name, it.descriptor().digest()));
                    }
                });
    }

    private static Optional<RawManifest> find(
            Digest digest, Function<Digest, Optional<RawManifest>> manifests) throws IOException {
        try {
            return manifests.apply(digest);
        } catch (RegistryException.StoreFailed e) {
            throw new IOException("what is pinned cannot be found out", e);
        }
    }

    private static Set<Digest> reach(
            Set<Digest> tagged, Function<Digest, Optional<RawManifest>> manifests)
            throws IOException {
        Set<Digest> reached = new HashSet<>();
        Set<Digest> seen = new HashSet<>(tagged);
        Deque<Digest> open = new ArrayDeque<>(seen);
        while (!open.isEmpty()) {
            Optional<RawManifest> held = find(open.remove(), manifests);
            if (held.isPresent()) {
                switch (ManifestParser.parse(held.get())) {
                    case Manifest.Image(Descriptor config, List<Descriptor> layers) -> {
                        reached.add(config.digest());
                        layers.forEach(layer -> reached.add(layer.digest()));
                    }
                    case Manifest.Index(List<Descriptor> children) -> {
                        for (Descriptor child : children) {
                            if (seen.add(child.digest())) {
                                open.add(child.digest());
                            }
                        }
                    }
                    case Manifest.Opaque() -> {}
                }
            }
        }
        return reached;
    }
}
