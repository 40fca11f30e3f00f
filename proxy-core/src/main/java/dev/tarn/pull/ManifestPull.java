package dev.tarn.pull;

import dev.tarn.oci.RawManifest;

/// A manifest, and how it came about.
public record ManifestPull(RawManifest manifest, Outcome outcome) {}
