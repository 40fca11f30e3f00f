package dev.tarn.storage;

import dev.tarn.oci.Descriptor;
import dev.tarn.oci.Digest;
import dev.tarn.oci.Manifest;
import dev.tarn.oci.ManifestParser;
import dev.tarn.oci.RawManifest;
import dev.tarn.oci.Repository;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What in the index refers to some blobs and manifests: manifests that name them, and repositories
/// through which they may be read. Nothing knows that but the manifests and links themselves, so
/// all of them are read: some seconds for a hundred thousand, and only when somebody purges.
///
/// @param parents by what they refer to
/// @param repositories by what may be read through them
record References(Map<Digest, Set<Digest>> parents, Map<Digest, Set<Repository>> repositories) {

    /// The index stands still for so many rows at a time.
    private static final int PAGE = 500;

    static References to(Set<Digest> wanted, Index index) throws IOException {
        References found = new References(new HashMap<>(), new HashMap<>());
        forEach(
                Family.MANIFEST,
                index,
                (key, row) -> {
                    Digest parent = RowKey.digest(key);
                    Row.read(parent, row, it -> DiskManifestStore.manifest(parent.algorithm(), it))
                            .ifPresent(raw ->
                                    children(raw)
                                            .map(Descriptor::digest)
                                            .filter(wanted::contains)
                                            .forEach(child -> add(found.parents, child, parent)));
                });
        forEach(
                Family.LINK,
                index,
                (key, _) -> {
                    RowKey.LinkName link = RowKey.linkName(key);
                    if (wanted.contains(link.digest())) {
                        add(
                                found.repositories,
                                link.digest(),
                                DiskManifestStore.repository(link.host(), link.repository()));
                    }
                });
        return found;
    }

    /// What a manifest names.
    static Stream<Descriptor> children(RawManifest raw) {
        return switch (ManifestParser.parse(raw)) {
            case Manifest.Image(Descriptor config, List<Descriptor> layers) ->
                    Stream.concat(Stream.of(config), layers.stream());
            case Manifest.Index(List<Descriptor> manifests) -> manifests.stream();
            case Manifest.Opaque() -> Stream.empty();
        };
    }

    Set<Digest> parentsOf(Digest child) {
        return parents.getOrDefault(child, Set.of());
    }

    Set<Repository> repositoriesOf(Digest digest) {
        return repositories.getOrDefault(digest, Set.of());
    }

    boolean isReferredTo(Digest digest) {
        return parents.containsKey(digest) || repositories.containsKey(digest);
    }

    private static <T> void add(Map<Digest, Set<T>> map, Digest key, T value) {
        map.computeIfAbsent(key, _ -> new HashSet<>()).add(value);
    }

    /// All rows of a family, page by page.
    private static void forEach(Family family, Index index, Index.Rows rows) throws IOException {
        byte @Nullable [] last = new byte[0];
        while (last != null) {
            Page page = new Page(rows, new AtomicInteger(PAGE));
            index.forEachWhile(family, last, page);
            last = page.isFull() ? page.next() : null;
        }
    }

    /// At most so many rows.
    private static final class Page implements Index.RowsWhile {
        private final Index.Rows rows;
        private final AtomicInteger left;
        private byte[] last = new byte[0];

        Page(Index.Rows rows, AtomicInteger left) {
            this.rows = rows;
            this.left = left;
        }

        @Override
        public boolean accept(byte[] key, byte[] row) {
            rows.accept(key, row);
            last = key;
            return left.decrementAndGet() > 0;
        }

        boolean isFull() {
            return left.get() == 0;
        }

        /// The first key that may come behind the last one.
        byte[] next() {
            return Arrays.copyOf(last, last.length + 1);
        }
    }
}
