package dev.tarn.storage;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.tarn.oci.Descriptor;
import dev.tarn.oci.Digest;
import dev.tarn.oci.Manifest;
import dev.tarn.oci.ManifestParser;
import dev.tarn.oci.RawManifest;
import dev.tarn.oci.RegistryException;
import dev.tarn.oci.Repository;
import dev.tarn.oci.Tag;
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
import java.util.stream.Stream;

/// Which blobs belong to images that are pinned: from the tags that match to their manifests, from
/// an index to those of its manifests that are here, from there to configurations and layers. Found
/// out when eviction wants to know, and again when a tag or a manifest has come since. Any thread.
final class Pins {

    /// The most that are added at run time.
    static final int ADDED_MAX = 1_000;

    private final List<Pin> configured;
    private final PinFile file;
    private final Lock lock = new ReentrantLock();

    /// By the key of the tag's row.
    private final Map<String, Digest> tags = new HashMap<>();

    private volatile List<Pin> added;

    /// All of them.
    private volatile List<Pin> patterns;

    private boolean isRead;
    private long changes;
    private long changesSeen = -1;
    private Set<Digest> blobs = Set.of();

    Pins(List<Pin> configured, PinFile file) throws IOException {
        this.configured = configured;
        this.file = file;
        this.added = file.read();
        this.patterns = plus(configured, added);
    }

    private static List<Pin> plus(List<Pin> some, List<Pin> others) {
        return Stream.concat(some.stream(), others.stream()).distinct().toList();
    }

    List<Pin> configured() {
        return configured;
    }

    /// Those that were added at run time.
    List<Pin> added() {
        return added;
    }

    /// Those by which an image stays.
    List<Pin> of(Repository repository, Tag tag) {
        return patterns.stream()
                .filter(pin ->
                        pin.matches(
                                repository.host().text(),
                                repository.name().toString(),
                                tag.toString()))
                .toList();
    }

    /// Lasts once this returns. One that there is already is not added again.
    void add(Pin pin) throws IOException {
        change(() -> {
            if (!patterns.contains(pin)) {
                if (added.size() >= ADDED_MAX) {
                    throw new IllegalArgumentException("there are " + ADDED_MAX + " pins already");
                }
                keep(plus(added, List.of(pin)));
                isRead = false;
            }
        });
    }

    /// Takes back one that was added at run time; whether there was one.
    boolean remove(Pin pin) throws IOException {
        if (!added.contains(pin)) {
            return false;
        }
        change(() -> {
            keep(added.stream().filter(it -> !it.equals(pin)).toList());
            tags.keySet().removeIf(key -> !isPinned(key.getBytes(UTF_8)));
        });
        return true;
    }

    private void change(Sync.Action action) throws IOException {
        lock.lock();
        try {
            Sync.undisturbed(action);
            changes++;
        } finally {
            lock.unlock();
        }
    }

    private void keep(List<Pin> next) throws IOException {
        file.write(next);
        added = next;
        patterns = plus(configured, next);
    }

    /// The row of a tag has been written. Where the tag was pinned meanwhile, nobody may have seen
    /// it yet.
    void written(byte[] key) {
        if (isPinned(key)) {
            lock.lock();
            try {
                isRead &= tags.containsKey(new String(key, UTF_8));
            } finally {
                lock.unlock();
            }
        }
    }

    /// The rows of tags may be others than they were.
    void readAgain() {
        lock.lock();
        try {
            isRead = false;
        } finally {
            lock.unlock();
        }
    }

    /// A tag means nothing any more.
    void untagged(byte[] key) {
        lock.lock();
        try {
            if (tags.remove(new String(key, UTF_8)) != null) {
                changes++;
            }
        } finally {
            lock.unlock();
        }
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
                changes++;
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
