package dev.tarn.config;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads numbers with a unit.
public final class Units {

    private static final Pattern NUMBER_WITH_UNIT = Pattern.compile("([0-9]{1,18}) ?([a-zA-Z]*)");
    private static final Pattern PERCENT = Pattern.compile("([0-9]{1,3}) ?%");
    private static final Map<String, ChronoUnit> TIMES =
            Map.of(
                    "ms", ChronoUnit.MILLIS,
                    "s", ChronoUnit.SECONDS,
                    "m", ChronoUnit.MINUTES,
                    "h", ChronoUnit.HOURS,
                    "d", ChronoUnit.DAYS);
    private static final Map<String, Long> SIZES =
            Map.of(
                    "", 1L,
                    "B", 1L,
                    "KB", 1_000L,
                    "MB", 1_000_000L,
                    "GB", 1_000_000_000L,
                    "TB", 1_000_000_000_000L,
                    "KiB", 1L << 10,
                    "MiB", 1L << 20,
                    "GiB", 1L << 30,
                    "TiB", 1L << 40);

    private Units() {}

    /// `200ms`, `30s`, `5m`, `1h` or `30d`.
    ///
    /// @throws IllegalArgumentException if it is none; the message does not repeat it
    public static Duration parseDuration(String text) {
        Matcher matcher = NUMBER_WITH_UNIT.matcher(text);
        ChronoUnit unit = matcher.matches() ? TIMES.get(matcher.group(2)) : null;
        if (unit == null) {
            throw new IllegalArgumentException(
                    "is not a duration (such as 200ms, 30s, 5m, 1h or 30d)");
        }
        try {
            return Duration.of(Long.parseLong(matcher.group(1)), unit);
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("is longer than anyone can wait", e);
        }
    }

    /// `8MiB`, `100GiB`, `1GB` or `4096`, in bytes.
    static long parseSize(String text) {
        Matcher matcher = NUMBER_WITH_UNIT.matcher(text);
        Long unit = matcher.matches() ? SIZES.get(matcher.group(2)) : null;
        if (unit == null) {
            throw new IllegalArgumentException("is not a size (such as 8MiB, 100GiB, 1GB or 4096)");
        }
        try {
            return Math.multiplyExact(Long.parseLong(matcher.group(1)), unit);
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("is larger than any disk", e);
        }
    }

    /// `80%`, without the sign; from 1 to 100.
    static int parsePercent(String text) {
        Matcher matcher = PERCENT.matcher(text);
        int percent = matcher.matches() ? Integer.parseInt(matcher.group(1)) : 0;
        if (percent < 1 || percent > 100) {
            throw new IllegalArgumentException("is not a share from 1% to 100%");
        }
        return percent;
    }
}
