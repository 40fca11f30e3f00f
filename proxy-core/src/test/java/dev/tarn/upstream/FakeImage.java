package dev.tarn.upstream;

import dev.tarn.oci.Descriptor;
import dev.tarn.oci.Digest;
import dev.tarn.oci.MediaType;
import java.util.List;
import java.util.stream.Stream;

/// An image that a `FakeRegistry` holds: its manifest, its configuration, its layers.
public record FakeImage(Descriptor manifest, Descriptor config, List<Descriptor> layers) {

    public FakeImage {
        layers = List.copyOf(layers);
    }

    public Digest digest() {
        return manifest.digest();
    }

    /// The configuration and the layers.
    public List<Descriptor> blobs() {
        return Stream.concat(Stream.of(config), layers.stream()).toList();
    }

    public static String json(Descriptor descriptor) {
        return "{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%d}"
                .formatted(descriptor.mediaType(), descriptor.digest(), descriptor.size());
    }

    static String manifestJson(Descriptor config, List<Descriptor> layers) {
        return "{\"schemaVersion\":2,\"mediaType\":\"%s\",\"config\":%s,\"layers\":%s}"
                .formatted(MediaType.OCI_MANIFEST, json(config), jsonArray(layers));
    }

    static String indexJson(List<Descriptor> manifests) {
        return "{\"schemaVersion\":2,\"mediaType\":\"%s\",\"manifests\":%s}"
                .formatted(MediaType.OCI_INDEX, jsonArray(manifests));
    }

    private static String jsonArray(List<Descriptor> descriptors) {
        return descriptors.stream().map(FakeImage::json).toList().toString();
    }
}
