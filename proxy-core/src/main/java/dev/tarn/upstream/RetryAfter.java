package dev.tarn.upstream;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/// When to come again, as a `Retry-After` header says: seconds or a date (RFC 9110 §10.2.3).
final class RetryAfter {
    private static final Duration UNSAID = Duration.ofMinutes(1);
    private static final Duration MIN = Duration.ofSeconds(1);
    private static final Duration MAX = Duration.ofHours(1);

    private RetryAfter() {}

    static Duration parse(Optional<String> header, Instant now) {
        Duration wait = header.map(text -> wait(text.trim(), now)).orElse(UNSAID);
        if (wait.compareTo(MIN) < 0) {
            return MIN;
        }
        return wait.compareTo(MAX) > 0 ? MAX : wait;
    }

    private static Duration wait(String text, Instant now) {
        if (text.matches("[0-9]++")) {
            return text.length() > 9 ? MAX : Duration.ofSeconds(Long.parseLong(text));
        }
        try {
            Instant then = Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(text));
            return Duration.between(now, then);
        } catch (DateTimeException | ArithmeticException e) {
            return UNSAID;
        }
    }
}
