package dev.tarn.pull;

import dev.tarn.oci.Descriptor;

/// What a reference means, and how we know.
public record DescriptorPull(Descriptor descriptor, Outcome outcome) {}
