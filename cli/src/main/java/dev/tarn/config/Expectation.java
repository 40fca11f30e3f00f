package dev.tarn.config;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/// What an image has to be like, besides being there.
///
/// @param max what a pull of it may take
/// @param tagPattern a regular expression that its whole tag has to match
/// @param gitSha the commit that its tag has to hold, or its label
public record Expectation(
        Optional<Duration> max, Optional<String> tagPattern, Optional<String> gitSha) {

    public static final Expectation NONE =
            new Expectation(Optional.empty(), Optional.empty(), Optional.empty());

    /// Shorter ones name too many.
    private static final Pattern SHA = Pattern.compile("[0-9a-f]{7,64}");

    private static final int PATTERN_LENGTH_MAX = 1_000;

    /// A `tagPattern`, as it is.
    ///
    /// @throws IllegalArgumentException if it is none; the message does not repeat it
    public static String parseTagPattern(String text) {
        try {
            Pattern.compile(text);
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException(
                    "is not a regular expression: " + e.getDescription(), e);
        }
        if (text.length() > PATTERN_LENGTH_MAX) {
            throw new IllegalArgumentException(
                    "has more than " + PATTERN_LENGTH_MAX + " characters");
        }
        return text;
    }

    /// A `gitSha`, as it is.
    ///
    /// @throws IllegalArgumentException if it is none; the message does not repeat it
    public static String parseGitSha(String text) {
        if (!isGitSha(text)) {
            throw new IllegalArgumentException("is not 7 to 64 hexadecimal digits");
        }
        return text;
    }

    public static boolean isGitSha(String text) {
        return SHA.matcher(text).matches();
    }
}
