package dev.tarn.pull;

import dev.tarn.oci.RawManifest;
import java.util.Optional;

/// The upstream's index of what refers to a manifest, byte for byte.
public record Referrers(
        RawManifest index, Optional<String> filtersApplied, Optional<PageQuery> next) {}
