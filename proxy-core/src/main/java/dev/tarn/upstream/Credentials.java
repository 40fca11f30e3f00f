package dev.tarn.upstream;

import dev.tarn.oci.Secret;

/// Whom we are at an upstream.
public record Credentials(String username, Secret password) {}
