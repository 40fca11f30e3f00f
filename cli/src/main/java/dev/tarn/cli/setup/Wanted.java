package dev.tarn.cli.setup;

import java.util.List;

/// What a client is to pull through which mirror.
///
/// @param registries that the mirror copies, by the names that clients know them by
/// @param defaultRegistry what the mirror takes a client to mean that does not say
/// @param reach of what it is told
public record Wanted(
        MirrorAddress mirror, List<String> registries, String defaultRegistry, Reach reach) {

    /// Of a client that can be told of each registry or of all at once.
    public enum Reach {
        EACH,
        ALL
    }

    public Wanted {
        registries = List.copyOf(registries);
    }
}
