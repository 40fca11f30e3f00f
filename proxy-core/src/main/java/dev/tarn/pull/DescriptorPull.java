package dev.tarn.pull;

import dev.tarn.oci.Descriptor;
import java.time.Duration;
import java.util.Optional;

/// What a reference means, and how we know.
///
/// @param age as for a `ManifestPull`
public record DescriptorPull(Descriptor descriptor, Outcome outcome, Optional<Duration> age) {

    DescriptorPull(Descriptor descriptor, Outcome outcome) {
        this(descriptor, outcome, Optional.empty());
    }

    DescriptorPull(Descriptor descriptor, Outcome outcome, Duration age) {
        this(descriptor, outcome, Optional.of(age));
    }
}
