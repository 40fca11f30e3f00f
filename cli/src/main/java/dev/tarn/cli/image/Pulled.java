package dev.tarn.cli.image;

import dev.tarn.oci.Digest;
import java.time.Duration;
import java.util.Map;

/// One image that was pulled for one platform.
///
/// @param digest of its own manifest
/// @param bytes of its manifests, its configuration and its layers
/// @param cachedBytes those of them that the mirror had
/// @param labels what its configuration says of it
public record Pulled(
        Digest digest,
        long bytes,
        long cachedBytes,
        Duration duration,
        Map<String, String> labels) {

    public Pulled {
        labels = Map.copyOf(labels);
    }
}
