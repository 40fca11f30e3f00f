package dev.tarn.cli;

import dev.tarn.oci.Descriptor;
import dev.tarn.oci.Digest;
import dev.tarn.oci.MediaType;
import dev.tarn.oci.RawManifest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;

/// An image of random layers, the same ones every time.
record DemoImage(RawManifest manifest, Map<Digest, byte[]> blobs) {

    static final String REPOSITORY = "demo/image";
    static final String TAG = "latest";

    private static final int MEGABYTE = 1_000_000;
    private static final int[] LAYER_MEGABYTES = {24, 16, 8, 8, 4, 2};
    private static final long SEED = 20_261_123;
    private static final MediaType CONFIG =
            new MediaType("application/vnd.oci.image.config.v1+json");
    private static final MediaType LAYER =
            new MediaType("application/vnd.oci.image.layer.v1.tar+gzip");

    DemoImage {
        blobs = Collections.unmodifiableMap(new LinkedHashMap<>(blobs));
    }

    static DemoImage generate() {
        int[] bytes = new int[LAYER_MEGABYTES.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = LAYER_MEGABYTES[i] * MEGABYTE;
        }
        return generate(bytes);
    }

    static DemoImage generate(int... layerBytes) {
        SplittableRandom random = new SplittableRandom(SEED);
        Map<Digest, byte[]> blobs = new LinkedHashMap<>();
        List<Descriptor> layers = new ArrayList<>();
        for (int size : layerBytes) {
            byte[] bytes = new byte[size];
            random.nextBytes(bytes);
            layers.add(add(blobs, LAYER, bytes));
        }
        String diffIds =
                layers.stream()
                        .map(layer -> "\"" + layer.digest() + "\"")
                        .collect(Collectors.joining(","));
        Descriptor config =
                add(
                        blobs,
                        CONFIG,
                        """
                        {"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[%s]}}
                        """
                                .formatted(diffIds)
                                .getBytes(StandardCharsets.UTF_8));
        String manifest =
                """
                {"schemaVersion":2,"mediaType":"%s","config":%s,"layers":[%s]}
                """
                        .formatted(
                                MediaType.OCI_MANIFEST,
                                json(config),
                                layers.stream()
                                        .map(DemoImage::json)
                                        .collect(Collectors.joining(",")));
        return new DemoImage(
                RawManifest.of(
                        MediaType.OCI_MANIFEST,
                        Digest.Algorithm.SHA256,
                        manifest.getBytes(StandardCharsets.UTF_8)),
                blobs);
    }

    private static Descriptor add(Map<Digest, byte[]> blobs, MediaType type, byte[] bytes) {
        Digest digest = Digest.of(Digest.Algorithm.SHA256, bytes);
        blobs.put(digest, bytes);
        return new Descriptor(type, digest, bytes.length);
    }

    private static String json(Descriptor descriptor) {
        return "{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%d}"
                .formatted(descriptor.mediaType(), descriptor.digest(), descriptor.size());
    }

    int layerCount() {
        return blobs.size() - 1;
    }

    /// The size of everything that a pull fetches, by its digest: the manifest, the config, the
    /// layers.
    Map<Digest, Long> sizes() {
        Map<Digest, Long> sizes = new HashMap<>();
        sizes.put(manifest.digest(), (long) manifest.size());
        blobs.forEach((digest, bytes) -> sizes.put(digest, (long) bytes.length));
        return sizes;
    }

    long size() {
        return sizes().values().stream().mapToLong(Long::longValue).sum();
    }
}
