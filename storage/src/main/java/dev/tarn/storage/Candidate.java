package dev.tarn.storage;

import dev.tarn.oci.Digest;
import java.time.Instant;
import java.util.Optional;

/// A blob that would be evicted soon.
///
/// @param usedAt when it was last wanted, as far as that was noted
public record Candidate(Digest digest, long size, Optional<Instant> usedAt, int uses) {}
