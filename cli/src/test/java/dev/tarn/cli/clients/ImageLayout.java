package dev.tarn.cli.clients;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.GZIPOutputStream;

/// Small images in a folder, in the OCI image layout. They run: the first layer holds busybox,
/// which is linked statically (`apt-get install busybox-static`), and the command prints a
/// greeting.
final class ImageLayout {
    private static final Path BUSYBOX = Path.of("/bin/busybox");
    private static final int[] FILLER_BYTES = {1_000, 100_000, 900_000, 3_000_000, 5_000_000};
    private static final String MANIFEST = "application/vnd.oci.image.manifest.v1+json";
    private static final String INDEX = "application/vnd.oci.image.index.v1+json";

    /// What a manifest or an index says of something that it refers to.
    private record Descriptor(String mediaType, String digest, int size, String more) {
        String json() {
            return """
            {"mediaType": "%s", "digest": "%s", "size": %d%s}\
            """
                    .formatted(mediaType, digest, size, more);
        }

        Descriptor with(String name, String value) {
            return new Descriptor(mediaType, digest, size, ", \"" + name + "\": " + value);
        }
    }

    private record Layer(String diffId, Descriptor descriptor) {}

    private final Path folder;
    private final Map<String, Descriptor> tagged = new HashMap<>();
    private final Map<String, List<String>> blobs = new HashMap<>();

    ImageLayout(Path folder) throws IOException {
        this.folder = folder;
        Files.createDirectories(folder.resolve("blobs/sha256"));
        Files.writeString(folder.resolve("oci-layout"), "{\"imageLayoutVersion\": \"1.0.0\"}");
    }

    /// Adds an image of six layers that prints `greeting` when it is run. Images with different
    /// greetings have no layer in common, so that each must come from its own registry.
    void addImage(String tag, String architecture, String greeting) throws IOException {
        List<Layer> layers = layers(greeting);
        String diffIds = layers.stream().map(l -> quoted(l.diffId())).collect(joining(", "));
        Descriptor config =
                write(
                        "application/vnd.oci.image.config.v1+json",
                        """
                        {"architecture": "%s", "os": "linux",
                         "config": {"Cmd": ["/bin/cat", "/greeting"], "WorkingDir": "/"},
                         "rootfs": {"type": "layers", "diff_ids": [%s]}}\
                        """
                                .formatted(architecture, diffIds));
        String described = layers.stream().map(l -> l.descriptor().json()).collect(joining(", "));
        Descriptor manifest =
                write(
                        MANIFEST,
                        """
                        {"schemaVersion": 2, "mediaType": "%s", "config": %s, "layers": [%s]}\
                        """
                                .formatted(MANIFEST, config.json(), described));
        List<String> digests = new ArrayList<>(List.of(config.digest()));
        layers.forEach(layer -> digests.add(layer.descriptor().digest()));
        blobs.put(tag, digests);
        tag(tag, manifest.with("platform", platform(architecture)));
    }

    /// Adds an index of images that were added before.
    void addIndex(String tag, String... images) throws IOException {
        String members = List.of(images).stream().map(i -> tagged(i).json()).collect(joining(", "));
        tag(
                tag,
                write(
                        INDEX,
                        """
                        {"schemaVersion": 2, "mediaType": "%s", "manifests": [%s]}\
                        """
                                .formatted(INDEX, members)));
    }

    /// How skopeo calls the image.
    String reference(String tag) {
        return "oci:" + folder + ":" + tag;
    }

    String digest(String tag) {
        return tagged(tag).digest();
    }

    /// The digests of the image's config and layers.
    List<String> blobs(String tag) {
        return List.copyOf(blobs.getOrDefault(tag, List.of()));
    }

    /// The size of a blob in bytes.
    long size(String digest) throws IOException {
        return Files.size(folder.resolve("blobs").resolve(digest.replace(':', '/')));
    }

    private List<Layer> layers(String greeting) throws IOException {
        List<Layer> layers = new ArrayList<>();
        byte[] busybox = Files.readAllBytes(BUSYBOX);
        layers.add(
                layer(
                        new TarArchive()
                                .file("bin/busybox", busybox)
                                .link("bin/cat", "busybox")
                                .file("greeting", greeting.getBytes(UTF_8))));
        Random random = new Random(greeting.hashCode());
        for (int size : FILLER_BYTES) {
            byte[] filler = new byte[size];
            random.nextBytes(filler);
            layers.add(layer(new TarArchive().file("filler-" + size, filler)));
        }
        return layers;
    }

    private Layer layer(TarArchive archive) throws IOException {
        byte[] tar = archive.bytes();
        ByteArrayOutputStream compressed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(compressed)) {
            gzip.write(tar);
        }
        return new Layer(
                sha256(tar),
                write("application/vnd.oci.image.layer.v1.tar+gzip", compressed.toByteArray()));
    }

    private void tag(String tag, Descriptor descriptor) throws IOException {
        tagged.put(tag, descriptor);
        String entries =
                tagged.entrySet().stream()
                        .map(e -> e.getValue().with("annotations", name(e.getKey())).json())
                        .collect(joining(", "));
        Files.writeString(
                folder.resolve("index.json"),
                """
                {"schemaVersion": 2, "manifests": [%s]}\
                """
                        .formatted(entries));
    }

    private Descriptor tagged(String tag) {
        Descriptor descriptor = tagged.get(tag);
        if (descriptor == null) {
            throw new IllegalArgumentException("No image is tagged " + tag);
        }
        return descriptor;
    }

    private Descriptor write(String mediaType, String content) throws IOException {
        return write(mediaType, content.getBytes(UTF_8));
    }

    private Descriptor write(String mediaType, byte[] content) throws IOException {
        String digest = sha256(content);
        Files.write(folder.resolve("blobs").resolve(digest.replace(':', '/')), content);
        return new Descriptor(mediaType, digest, content.length, "");
    }

    private static String platform(String architecture) {
        return "{\"architecture\": \"" + architecture + "\", \"os\": \"linux\"}";
    }

    private static String name(String tag) {
        return "{\"org.opencontainers.image.ref.name\": \"" + tag + "\"}";
    }

    private static String quoted(String text) {
        return '"' + text + '"';
    }

    private static String sha256(byte[] content) {
        try {
            var hash = MessageDigest.getInstance("SHA-256").digest(content);
            return "sha256:" + HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException impossible) {
            throw new AssertionError(impossible);
        }
    }
}
