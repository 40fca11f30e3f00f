package dev.tarn.oci;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// What the mirror understands of a manifest: enough to fetch an image's blobs ahead of the client.
public sealed interface Manifest {

    /// One image: a configuration and the layers on top of one another.
    record Image(Descriptor config, List<Descriptor> layers) implements Manifest {
        /// Layers that registries do not hold, by the words in their media types.
        private static final Pattern NOT_HOSTED = Pattern.compile("nondistributable|foreign");

        public Image {
            layers = List.copyOf(layers);
        }

        /// What a client of the registry fetches: the configuration and the layers.
        public List<Descriptor> blobs() {
            return Stream.concat(Stream.of(config), layers.stream())
                    .filter(blob -> !NOT_HOSTED.matcher(blob.mediaType().text()).find())
                    .toList();
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
