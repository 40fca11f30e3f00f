package dev.tarn.oci;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Reads what a manifest refers to. Its input comes from strangers: depth, lengths and the number
/// of children are limited, and a document that could be read in two ways (CVE-2021-41190) is
/// opaque.
///
/// Any thread may ask but an event loop: who brings a large document may have to wait for others.
/// Those of requests, flights and upkeep do.
public final class ManifestParser {

    private static final int CHILDREN_MAX = 1_000;

    /// Twice what 4 MiB of plain descriptors have. Each `{},` becomes some hundred bytes.
    private static final int TOKENS_MAX = 500_000;

    /// What is longer than any usual manifest. Those that are not never wait.
    static final int LARGE_BYTES = 256 << 10;

    /// How many trees of large documents there are at once: 4 MiB that are made for it become a
    /// tree of several tens of MiB, and whoever serves them can have any number asked for. Two, so
    /// that a single slow one does not hold up all others.
    static final int LARGE_TREES_MAX = 2;

    /// Waits are short: nothing but reading one document is done with a permit.
    static final Semaphore LARGE_TREES = new Semaphore(LARGE_TREES_MAX, true);

    private static final JsonMapper JSON =
            JsonMapper.builder(
                            JsonFactory.builder()
                                    // RFC 8259 §8.1: UTF-8, and nothing else is read by clients
                                    .disable(TokenStreamFactory.Feature.CHARSET_DETECTION)
                                    .streamReadConstraints(
                                            StreamReadConstraints.builder()
                                                    .maxNestingDepth(64)
                                                    .maxStringLength(1 << 20)
                                                    .maxTokenCount(TOKENS_MAX)
                                                    .maxDocumentLength(RawManifest.SIZE_MAX)
                                                    .build())
                                    .build())
                    // RFC 8259 §4: which of two equal keys counts is open
                    .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
                    .build();

    private static final int PLATFORM_LENGTH_MAX = 64;

    private ManifestParser() {}

    /// The type to keep for a body that arrived as `contentType`; empty where the body is no
    /// manifest or says itself that it is of another type. A generic content type gives way to the
    /// body's own word.
    public static Optional<MediaType> typeOf(MediaType contentType, byte[] body) {
        return read(ByteBuffer.wrap(body), document -> typeOf(contentType, document));
    }

    private static Optional<MediaType> typeOf(MediaType contentType, JsonNode document) {
        if (!(document.has("schemaVersion") || document.has("mediaType"))) {
            return Optional.empty();
        }
        Optional<MediaType> own = mediaType(document);
        if (own.isEmpty() || own.get().equals(contentType)) {
            return Optional.of(contentType);
        }
        return contentType.isGeneric() ? own : Optional.empty();
    }

    /// The manifest as a value; `Opaque` for whatever is not plainly an image or an index.
    public static Manifest parse(RawManifest raw) {
        MediaType type = raw.mediaType();
        Optional<Manifest> manifest = Optional.empty();
        if (type.isImage() || type.isIndex()) {
            manifest = read(raw.bytes(), document -> manifest(type, document));
        }
        return manifest.orElseGet(Manifest.Opaque::new);
    }

    /// What the manifests of an index are for: `linux/arm64/v8`. Those that do not say so are not
    /// here.
    public static Map<Digest, String> platforms(RawManifest index) {
        return read(index.bytes(), document -> Optional.of(platformsOf(document.path("manifests"))))
                .orElse(Map.of());
    }

    private static Map<Digest, String> platformsOf(JsonNode manifests) {
        Map<Digest, String> platforms = new LinkedHashMap<>();
        for (JsonNode child : manifests) {
            JsonNode platform = child.path("platform");
            String text =
                    Stream.of("os", "architecture", "variant")
                            .map(part -> platform.path(part).asString(""))
                            .filter(part -> !part.isEmpty() && part.length() <= PLATFORM_LENGTH_MAX)
                            .collect(Collectors.joining("/"));
            if (!text.isEmpty()) {
                descriptor(child).ifPresent(it -> platforms.put(it.digest(), text));
            }
        }
        return platforms;
    }

    private static Optional<Manifest> manifest(MediaType type, JsonNode document) {
        if (!mediaType(document).orElse(type).equals(type)) {
            return Optional.empty();
        }
        boolean listsManifests = document.has("manifests");
        boolean listsLayers = document.has("layers") || document.has("config");
        if (listsManifests == listsLayers || type.isIndex() != listsManifests) {
            return Optional.empty();
        }
        if (listsManifests) {
            return descriptors(document.path("manifests")).map(Manifest.Index::new);
        }
        Optional<Descriptor> config = descriptor(document.path("config"));
        Optional<List<Descriptor>> layers = descriptors(document.path("layers"));
        return config.flatMap(c -> layers.map(l -> new Manifest.Image(c, l)));
    }

    private static Optional<List<Descriptor>> descriptors(JsonNode array) {
        if (!array.isArray() || array.size() > CHILDREN_MAX) {
            return Optional.empty();
        }
        List<Descriptor> descriptors = new ArrayList<>(array.size());
        for (JsonNode child : array) {
            Optional<Descriptor> descriptor = descriptor(child);
            if (descriptor.isEmpty()) {
                return Optional.empty();
            }
            descriptors.add(descriptor.get());
        }
        return Optional.of(descriptors);
    }

    private static Optional<Descriptor> descriptor(JsonNode node) {
        JsonNode size = node.path("size");
        JsonNode digest = node.path("digest");
        if (!size.isIntegralNumber()
                || !size.canConvertToLong()
                || size.asLong() < 0
                || !digest.isString()) {
            return Optional.empty();
        }
        try {
            Digest name = Digest.parse(digest.asString());
            return mediaType(node).map(type -> new Descriptor(type, name, size.asLong()));
        } catch (RegistryException.Malformed e) {
            return Optional.empty(); // a digest that we cannot check is one that we do not act on
        }
    }

    private static Optional<MediaType> mediaType(JsonNode node) {
        JsonNode type = node.path("mediaType");
        try {
            return type.isString() ? Optional.of(new MediaType(type.asString())) : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /// What `meaning` makes of the document: the tree is gone when this returns.
    private static <T> Optional<T> read(ByteBuffer body, Function<JsonNode, Optional<T>> meaning) {
        if (body.remaining() <= LARGE_BYTES) {
            return readNow(body, meaning);
        }
        LARGE_TREES.acquireUninterruptibly();
        try {
            return readNow(body, meaning);
        } finally {
            LARGE_TREES.release();
        }
    }

    private static <T> Optional<T> readNow(
            ByteBuffer body, Function<JsonNode, Optional<T>> meaning) {
        byte[] bytes = new byte[body.remaining()];
        body.get(bytes);
        try {
            return Optional.ofNullable(JSON.readTree(bytes))
                    .filter(JsonNode::isObject)
                    .flatMap(meaning);
        } catch (JacksonException e) {
            return Optional.empty();
        }
    }
}
