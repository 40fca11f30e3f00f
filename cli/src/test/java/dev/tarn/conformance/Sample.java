package dev.tarn.conformance;

import dev.tarn.oci.Digest;
import dev.tarn.oci.Digest.Algorithm;
import dev.tarn.oci.MediaType;
import dev.tarn.upstream.FakeRegistry;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// One of the kinds of manifest that the specification's conformance suite pulls, and how to make
/// one of it: a new one in each repository.
record Sample(
        String name, MediaType mediaType, Algorithm algorithm, Function<Content, String> json) {

    /// A manifest that an upstream holds under the tag `tag`.
    record Held(String repository, Digest digest, String json) {
        int size() {
            return json.getBytes(StandardCharsets.UTF_8).length;
        }
    }

    static final MediaType UNKNOWN_TYPE = new MediaType("application/vnd.example.thing.v7+json");
    private static final String LAYER = "application/vnd.oci.image.layer.v1.tar+gzip";
    private static final String CONFIG = "application/vnd.oci.image.config.v1+json";
    private static final String EMPTY = "application/vnd.oci.empty.v1+json";
    private static final String SBOM = "application/vnd.example.sbom";
    private static final String MISSING =
            "{\"mediaType\":\"%s\",\"digest\":\"sha256:%s\",\"size\":123}"
                    .formatted(MediaType.OCI_MANIFEST, "5e".repeat(32));

    /// Publishes one at the registry and says what must come out at the other end.
    Held publish(FakeRegistry registry, String repository) {
        Content content = new Content(registry, repository, algorithm);
        String text = json.apply(content);
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        Digest digest = registry.addManifest(repository, mediaType, algorithm, bytes);
        registry.tag(repository, "tag", digest);
        return new Held(repository, digest, text);
    }

    /// Publishes what a manifest refers to, and writes the descriptors.
    record Content(FakeRegistry registry, String repository, Algorithm algorithm) {

        String blob(String mediaType, String text) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            Digest digest = Digest.of(algorithm, bytes);
            registry.addBlob(repository, digest, bytes);
            return descriptor(mediaType, digest, bytes.length);
        }

        /// One that is in this repository only.
        String layer(int number) {
            return blob(LAYER, "layer " + number + " of " + repository);
        }

        String config() {
            return blob(CONFIG, "{\"os\":\"linux\",\"author\":\"" + repository + "\"}");
        }

        String empty() {
            return blob(EMPTY, "{}");
        }

        String manifest(MediaType mediaType, String json) {
            byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
            Digest digest = registry.addManifest(repository, mediaType, algorithm, bytes);
            return descriptor(mediaType.text(), digest, bytes.length);
        }

        /// A reference to an image that is there too.
        String image() {
            return manifest(MediaType.OCI_MANIFEST, imageOf(this, ""));
        }

        private static String descriptor(String mediaType, Digest digest, int size) {
            return "{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%d}"
                    .formatted(mediaType, digest, size);
        }
    }

    /// An image of two layers. Unusual space and an unusual order, which must survive.
    private static String imageOf(Content content, String more) {
        return imageOf(MediaType.OCI_MANIFEST, content, more);
    }

    private static String imageOf(MediaType mediaType, Content content, String more) {
        return document(
                mediaType,
                "\"layers\" : [ %s ,\n %s ],\t\"config\":%s%s"
                        .formatted(content.layer(1), content.layer(2), content.config(), more));
    }

    private static String indexOf(String manifests, String more) {
        return document(MediaType.OCI_INDEX, "\"manifests\":[" + manifests + "]" + more);
    }

    private static String artifactOf(Content content, String layers, String more) {
        return document(
                MediaType.OCI_MANIFEST,
                "\"artifactType\":\"%s\",\"config\":%s,\"layers\":[%s],\"annotations\":{\"of\":\"%s\"}%s"
                        .formatted(SBOM, content.empty(), layers, content.repository(), more));
    }

    private static String document(MediaType mediaType, String members) {
        return "{\"schemaVersion\":2,\"mediaType\":\"%s\",%s}\n".formatted(mediaType, members);
    }

    private static String unique(Content content) {
        return ",\"annotations\":{\"of\":\"" + content.repository() + "\"}";
    }

    private static String largeAnnotations() {
        return IntStream.range(0, 390)
                .mapToObj(i -> "\"a%d\":\"%s\"".formatted(i, "x".repeat(10_000)))
                .collect(Collectors.joining(",", ",\"annotations\":{", "}"));
    }

    private static Sample oci(String name, MediaType mediaType, Function<Content, String> json) {
        return new Sample(name, mediaType, Algorithm.SHA256, json);
    }

    static List<Sample> all() {
        return List.of(
                oci("image", MediaType.OCI_MANIFEST, c -> imageOf(c, "")),
                oci("large manifest", MediaType.OCI_MANIFEST, c -> imageOf(c, largeAnnotations())),
                oci("index", MediaType.OCI_INDEX, c -> indexOf(c.image(), "")),
                oci(
                        "nested index",
                        MediaType.OCI_INDEX,
                        c -> indexOf(c.manifest(MediaType.OCI_INDEX, indexOf(c.image(), "")), "")),
                oci("empty index", MediaType.OCI_INDEX, c -> indexOf("", unique(c))),
                oci("artifact", MediaType.OCI_MANIFEST, c -> artifactOf(c, c.layer(1), "")),
                oci(
                        "artifact index",
                        MediaType.OCI_INDEX,
                        c -> indexOf(c.image(), ",\"artifactType\":\"" + SBOM + "\"")),
                oci(
                        "artifact without layers",
                        MediaType.OCI_MANIFEST,
                        c -> artifactOf(c, c.empty(), "")),
                oci(
                        "subject",
                        MediaType.OCI_MANIFEST,
                        c -> artifactOf(c, c.layer(1), ",\"subject\":" + c.image())),
                oci(
                        "index with subject",
                        MediaType.OCI_INDEX,
                        c -> indexOf(c.image(), ",\"subject\":" + c.image())),
                oci(
                        "missing subject",
                        MediaType.OCI_MANIFEST,
                        c -> artifactOf(c, c.layer(1), ",\"subject\":" + MISSING)),
                oci(
                        "data field",
                        MediaType.OCI_MANIFEST,
                        c ->
                                imageOf(c, "")
                                        .replaceFirst("\"size\":", "\"data\":\"e30=\",\"size\":")),
                oci(
                        "non-distributable layers",
                        MediaType.OCI_MANIFEST,
                        c -> imageOf(c, "").replace("layer.v1", "layer.nondistributable.v1")),
                oci(
                        "custom fields",
                        MediaType.OCI_MANIFEST,
                        c -> imageOf(c, ",\"org.example\":{\"deep\":[1,2.50,null,\"\\u00e9é\"]}")),
                oci(
                        "no layers",
                        MediaType.OCI_MANIFEST,
                        c ->
                                document(
                                        MediaType.OCI_MANIFEST,
                                        "\"config\":" + c.config() + ",\"layers\":[]")),
                oci("sparse", MediaType.OCI_INDEX, c -> indexOf(MISSING, unique(c))),
                new Sample("sha512", MediaType.OCI_MANIFEST, Algorithm.SHA512, c -> imageOf(c, "")),
                oci(
                        "Docker image",
                        MediaType.DOCKER_MANIFEST,
                        c -> imageOf(MediaType.DOCKER_MANIFEST, c, "")),
                oci(
                        "Docker manifest list",
                        MediaType.DOCKER_MANIFEST_LIST,
                        c ->
                                document(
                                        MediaType.DOCKER_MANIFEST_LIST,
                                        "\"manifests\":[" + c.image() + "]")),
                oci(
                        "unknown type",
                        UNKNOWN_TYPE,
                        c -> document(UNKNOWN_TYPE, "\"of\":\"" + c.repository() + "\"")));
    }

    @Override
    public String toString() {
        return name;
    }
}
