package dev.tarn.cli.setup;

import java.util.List;

/// What a client is to pull through which mirror.
///
/// @param registries that the mirror copies, by the names that clients know them by
/// @param defaultRegistry what the mirror takes a client to mean that does not say
/// @param reach whether it is told of each of them, or of all registries at once
public record Wanted(
        MirrorAddress mirror, List<String> registries, String defaultRegistry, Reach reach) {

    /// What a client is told of, where it can be told of both.
    public enum Reach {
        EACH,
        ALL
    }

    public Wanted {
        registries = List.copyOf(registries);
    }
}
