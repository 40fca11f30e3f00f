package dev.tarn.cli.setup;

import java.util.List;

/// Everything that sets up one client.
///
/// @param edits in the order in which they are written
/// @param notes that a person should know besides
public record Plan(List<Edit> edits, List<String> notes) {

    public Plan {
        edits = List.copyOf(edits);
        notes = List.copyOf(notes);
    }
}
