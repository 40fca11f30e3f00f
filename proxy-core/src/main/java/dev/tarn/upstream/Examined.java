package dev.tarn.upstream;

import dev.tarn.oci.RegistryException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;

/// What one address of an upstream was like, to which there was a way.
///
/// @param first what it took until it had answered for the first time: name, connection, TLS
/// @param latency what its next answer took
/// @param clockOffset how far its clock is ahead of ours, as it says to the second
/// @param certificateEnd when the first of its certificates ends
/// @param proxy through which it was reached
/// @param limit how many pulls it permits in its window, where it says so
/// @param remaining how many of those are left
/// @param refusal why it does not let us in
public record Examined(
        Duration first,
        Duration latency,
        Optional<Duration> clockOffset,
        Optional<Instant> certificateEnd,
        Optional<String> proxy,
        OptionalInt limit,
        OptionalInt remaining,
        Optional<RegistryException> refusal) {}
