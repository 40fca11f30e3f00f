package dev.tarn.config;

import java.util.List;
import java.util.Optional;

/// The text of one setting, and where it was found.
///
/// @param shown how a message names the text: the text itself, unless it may be secret
record Setting(String text, String shown, Place place) {

    private static final int SHOWN_MAX = 200;

    /// Where something stands: in a file, or in a variable of the environment (then without a
    /// line).
    record Place(String where, int line, int column, String path) {

        Problem problem(String text) {
            return new Problem(where, line, column, path.isEmpty() ? text : path + ": " + text);
        }
    }

    /// A text that may be shown, unless it looks as if it held credentials, as a URL may.
    static Setting of(String text, Place place) {
        boolean isShown = text.length() <= SHOWN_MAX && text.indexOf('@') < 0;
        return new Setting(text, isShown ? "'" + text + "'" : "the value", place);
    }

    /// What the text means, or a problem more.
    <T> Optional<T> parse(Format<T> format, List<Problem> problems) {
        if (text.isEmpty()) {
            problems.add(place.problem("has no value"));
            return Optional.empty();
        }
        try {
            return Optional.of(format.parse(text));
        } catch (IllegalArgumentException e) {
            problems.add(place.problem(shown + " " + e.getMessage()));
            return Optional.empty();
        }
    }
}
