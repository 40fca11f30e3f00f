package dev.tarn.config;

import java.time.Duration;
import java.util.Collection;
import java.util.Locale;
import java.util.stream.Collectors;

/// One setting that is in force, for people to see. What is secret is not in it.
///
/// @param value about as it would be written
/// @param isDefault whether nobody has said so
public record Shown(String key, String value, boolean isDefault) {

    private static final String SECRET = "•••";

    static Shown of(String key, Object value, boolean isDefault) {
        return new Shown(key, text(value), isDefault);
    }

    static Shown secret(String key, boolean isThere) {
        return new Shown(key, isThere ? SECRET : "", !isThere);
    }

    private static String text(Object value) {
        return switch (value) {
            case Duration duration when duration.toMillisPart() > 0 -> duration.toMillis() + "ms";
            case Duration duration -> duration.toSeconds() + "s";
            case Enum<?> constant -> constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
            case Collection<?> all ->
                    all.stream().map(Shown::text).collect(Collectors.joining(", "));
            default -> value.toString();
        };
    }
}
