package dev.tarn.cli;

import dev.tarn.admin.Api;
import dev.tarn.oci.Descriptor;
import dev.tarn.oci.Digest;
import dev.tarn.oci.ImageName;
import dev.tarn.oci.Manifest;
import dev.tarn.oci.ManifestParser;
import dev.tarn.oci.MediaType;
import dev.tarn.oci.RawManifest;
import dev.tarn.oci.Tag;
import dev.tarn.report.ImagePull;
import dev.tarn.storage.DiskStore;
import dev.tarn.storage.StoredTag;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The images in the store, from their tags down to their layers. Made anew for each who asks: it
/// reads what the index holds, and no blob.
final class ImageCatalog {

    private static final String UNKNOWN = "unknown";

    private final DiskStore store;
    private final Map<Digest, Optional<RawManifest>> manifests = new HashMap<>();
    private final Map<Digest, Boolean> held = new HashMap<>();
    private final Map<Digest, Integer> owners = new HashMap<>();
    private final Map<Digest, Long> sizes = new HashMap<>();

    private ImageCatalog(DiskStore store) {
        this.store = store;
    }

    /// @param pulls that are remembered
    static Api.Images of(DiskStore store, int limit, List<ImagePull> pulls) throws IOException {
        return new ImageCatalog(store).images(limit, pulls);
    }

    /// What is known of one image; empty where nothing is.
    ///
    /// @param pulls that are remembered
    static Optional<Api.Inspection> inspect(DiskStore store, ImageName name, List<ImagePull> pulls)
            throws IOException {
        return new ImageCatalog(store).inspect(name, pulls);
    }

    private Optional<Api.Inspection> inspect(ImageName name, List<ImagePull> pulls)
            throws IOException {
        List<StoredTag> tags = store.tags(name.place());
        Optional<StoredTag> tag =
                tags.stream()
                        .filter(row -> row.tag().equals(name.reference().toString()))
                        .reduce(ImageCatalog::later);
        Optional<Digest> digest =
                name.digest()
                        .filter(it -> store.manifests().isLinked(name.place(), it))
                        .or(() -> tag.map(row -> row.entry().descriptor().digest()));
        if (digest.isEmpty()) {
            return Optional.empty();
        }
        List<StoredTag> same =
                tags.stream()
                        .filter(row -> row.entry().descriptor().digest().equals(digest.get()))
                        .toList();
        List<Instant> pulled =
                pulls.stream()
                        .filter(pull -> isOf(pull, name, digest.get()))
                        .map(pull -> pull.startedAt().plus(pull.duration()))
                        .toList();
        List<Api.Platform> platforms = platforms(digest.get());
        Set<Digest> all = new HashSet<>(sizes.keySet());
        Set<Digest> here = new HashSet<>();
        for (Digest blob : all) {
            if (holds(blob)) {
                here.add(blob);
            }
        }
        return Optional.of(
                new Api.Inspection(
                        name.registry().text(),
                        name.repository().toString(),
                        name.reference().toString(),
                        digest.get().toString(),
                        find(digest.get())
                                .map(RawManifest::mediaType)
                                .or(() -> tag.map(row -> row.entry().descriptor().mediaType()))
                                .map(MediaType::text)
                                .orElse(UNKNOWN),
                        same.stream().map(StoredTag::tag).distinct().sorted().toList(),
                        same.stream().map(row -> row.entry().checkedAt()).max(Instant::compareTo),
                        pulled.stream().max(Instant::compareTo),
                        pulled.size(),
                        same.stream()
                                .flatMap(row ->
                                        store.pinsOf(name.place(), new Tag(row.tag())).stream())
                                .map(Object::toString)
                                .distinct()
                                .toList(),
                        size(all),
                        size(here),
                        platforms));
    }

    private static boolean isOf(ImagePull pull, ImageName name, Digest digest) {
        return pull.repository().equals(name.place())
                && (pull.reference().equals(name.reference().toString())
                        || pull.digest().equals(Optional.of(digest)));
    }

    private Api.Images images(int limit, List<ImagePull> pulls) throws IOException {
        Map<String, StoredTag> tags = new LinkedHashMap<>();
        List<StoredTag> rows = store.tags(limit + 1);
        for (StoredTag row : rows.subList(0, Math.min(limit, rows.size()))) {
            tags.merge(name(row), row, ImageCatalog::later);
        }
        Map<String, List<Api.Platform>> platforms = new LinkedHashMap<>();
        for (Map.Entry<String, StoredTag> tag : tags.entrySet()) {
            List<Api.Platform> all = platforms(tag.getValue().entry().descriptor().digest());
            platforms.put(tag.getKey(), all);
            Set<Digest> own = new HashSet<>();
            for (Api.Platform platform : all) {
                platform.layers().stream()
                        .filter(Api.PlatformLayer::isStored)
                        .forEach(layer -> own.add(Digest.parse(layer.digest())));
            }
            own.forEach(blob -> owners.merge(blob, 1, Integer::sum));
        }
        List<Api.Image> images = new ArrayList<>();
        for (Map.Entry<String, StoredTag> tag : tags.entrySet()) {
            images.add(
                    image(tag.getValue(), platforms.getOrDefault(tag.getKey(), List.of()), pulls));
        }
        return new Api.Images(
                images,
                images.stream().mapToLong(Api.Image::size).sum(),
                owners.keySet().stream().mapToLong(blob -> sizes.getOrDefault(blob, 0L)).sum(),
                rows.size() > limit);
    }

    private static String name(StoredTag tag) {
        return tag.upstream() + "/" + tag.repository() + ":" + tag.tag();
    }

    /// The same tag may have been asked for in several ways.
    private static StoredTag later(StoredTag one, StoredTag other) {
        return one.entry().checkedAt().isBefore(other.entry().checkedAt()) ? other : one;
    }

    private Api.Image image(StoredTag tag, List<Api.Platform> platforms, List<ImagePull> pulls) {
        Set<Digest> blobs = new HashSet<>();
        for (Api.Platform platform : platforms) {
            platform.layers().stream()
                    .filter(Api.PlatformLayer::isStored)
                    .forEach(layer -> blobs.add(Digest.parse(layer.digest())));
        }
        List<Instant> pulled =
                pulls.stream()
                        .filter(pull -> isOf(pull, tag))
                        .map(pull -> pull.startedAt().plus(pull.duration()))
                        .toList();
        return new Api.Image(
                tag.upstream(),
                tag.repository(),
                tag.tag(),
                tag.entry().descriptor().digest().toString(),
                tag.entry().descriptor().mediaType().text(),
                tag.entry().checkedAt(),
                pulled.stream().max(Instant::compareTo),
                pulled.size(),
                size(blobs),
                size(blobs.stream().filter(blob -> owners.getOrDefault(blob, 0) == 1).toList()),
                platforms);
    }

    private static boolean isOf(ImagePull pull, StoredTag tag) {
        return pull.repository().host().text().equals(tag.upstream())
                && pull.repository().name().toString().equals(tag.repository())
                && (pull.reference().equals(tag.tag())
                        || pull.reference().equals(tag.entry().descriptor().digest().toString()));
    }

    private long size(Iterable<Digest> blobs) {
        long size = 0;
        for (Digest blob : blobs) {
            size += sizes.getOrDefault(blob, 0L);
        }
        return size;
    }

    private List<Api.Platform> platforms(Digest digest) throws IOException {
        Optional<RawManifest> raw = find(digest);
        if (raw.isEmpty()) {
            return List.of();
        }
        return switch (ManifestParser.parse(raw.get())) {
            case Manifest.Image image -> List.of(platform(UNKNOWN, digest, image));
            case Manifest.Index index -> {
                Map<Digest, String> names = ManifestParser.platforms(raw.get());
                List<Api.Platform> all = new ArrayList<>();
                for (Descriptor child : index.manifests()) {
                    all.add(child(names.getOrDefault(child.digest(), UNKNOWN), child.digest()));
                }
                yield all;
            }
            case Manifest.Opaque _ -> List.of();
        };
    }

    private Api.Platform child(String name, Digest digest) throws IOException {
        Optional<RawManifest> raw = find(digest);
        if (raw.isPresent() && ManifestParser.parse(raw.get()) instanceof Manifest.Image image) {
            return platform(name, digest, image);
        }
        return new Api.Platform(name, digest.toString(), raw.isPresent(), 0, List.of());
    }

    private Api.Platform platform(String name, Digest digest, Manifest.Image image)
            throws IOException {
        List<Api.PlatformLayer> layers = new ArrayList<>();
        for (Descriptor blob : image.blobs()) {
            sizes.put(blob.digest(), blob.size());
            layers.add(
                    new Api.PlatformLayer(
                            blob.digest().toString(),
                            blob.size(),
                            holds(blob.digest()),
                            blob.mediaType().text()));
        }
        long size =
                layers.stream()
                        .filter(Api.PlatformLayer::isStored)
                        .mapToLong(Api.PlatformLayer::size)
                        .sum();
        return new Api.Platform(name, digest.toString(), true, size, layers);
    }

    private Optional<RawManifest> find(Digest digest) {
        return manifests.computeIfAbsent(digest, store.manifests()::find);
    }

    private boolean holds(Digest blob) throws IOException {
        Boolean known = held.get(blob);
        if (known == null) {
            known = store.holds(blob);
            held.put(blob, known);
        }
        return known;
    }
}
