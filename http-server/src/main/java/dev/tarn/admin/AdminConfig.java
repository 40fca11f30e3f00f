package dev.tarn.admin;

import dev.tarn.oci.Secret;
import java.util.Optional;

/// Where the admin server listens, and what those who ask have to show.
///
/// @param token without one, the API answers by names of this machine only
public record AdminConfig(String host, int port, Optional<Secret> token) {}
