package dev.tarn.cli.setup;

import java.util.Optional;
import java.util.function.UnaryOperator;

/// What is to become of one file of a client.
///
/// @param path where clients read it, from `/`
/// @param snippet what a person would put there
/// @param next what has to be done once it is written
/// @param nextUndone what has to be done once it is as it was before
/// @param change from the whole text as it is, empty where there is no file, to what it shall be;
///   throws a [SetupException] where it does not understand that
public record Edit(
        String path,
        String snippet,
        Optional<String> next,
        Optional<String> nextUndone,
        UnaryOperator<String> change) {

    static Edit of(String path, String snippet, String next, UnaryOperator<String> change) {
        return new Edit(path, snippet, Optional.of(next), Optional.of(next), change);
    }

    /// Of a client that reads the file each time.
    static Edit of(String path, String snippet, UnaryOperator<String> change) {
        return new Edit(path, snippet, Optional.empty(), Optional.empty(), change);
    }
}
