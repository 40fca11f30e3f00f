package dev.tarn.oci;

import java.util.List;

/// What the mirror understands of a manifest: enough to fetch an image's blobs ahead of the client.
public sealed interface Manifest {

    /// One image: a configuration and the layers on top of one another.
    record Image(Descriptor config, List<Descriptor> layers) implements Manifest {
        public Image {
            layers = List.copyOf(layers);
        }
    }

    /// A list of manifests, by platform or otherwise.
    record Index(List<Descriptor> manifests) implements Manifest {
        public Index {
            manifests = List.copyOf(manifests);
        }
    }

    /// Of a type that we do not know, or ambiguous: passed through, never acted on.
    record Opaque() implements Manifest {}
}
