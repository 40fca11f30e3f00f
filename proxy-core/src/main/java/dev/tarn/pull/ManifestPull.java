package dev.tarn.pull;

import dev.tarn.oci.RawManifest;
import java.time.Duration;
import java.util.Optional;

/// A manifest, and how it came about.
///
/// @param age for how long the upstream has not been asked what the tag means; empty where it has
///   just been fetched, and for a digest, which always means the same
public record ManifestPull(RawManifest manifest, Outcome outcome, Optional<Duration> age) {

    /// One for which there is nothing to be asked.
    ManifestPull(RawManifest manifest, Outcome outcome) {
        this(manifest, outcome, Optional.empty());
    }

    ManifestPull with(Outcome other, Duration since) {
        return new ManifestPull(manifest, other, Optional.of(since));
    }
}
