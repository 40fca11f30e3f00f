package dev.tarn.upstream;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// How many more pulls a registry permits, as it says with each manifest: `ratelimit-remaining:
/// 76;w=21600` is 76 more within a window of 21,600 seconds (Docker Hub's documentation, "Usage and
/// limits").
final class RateLimit {

    private static final Pattern REMAINING = Pattern.compile("([0-9]{1,9})(?:;w=([0-9]{1,9}))?");
    private static final Duration USUAL_WINDOW = Duration.ofHours(6);

    /// @param validUntil on the monotonic clock: the window, counted from when it was said
    private record Said(int remaining, long validUntil) {}

    private final LongSupplier nanoTime;
    private volatile @Nullable Said last;
    private volatile OptionalInt limit = OptionalInt.empty();

    RateLimit(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    void note(Exchange exchange) {
        exchange.header("ratelimit-remaining").ifPresent(this::note);
        exchange.header("ratelimit-limit")
                .map(String::trim)
                .map(REMAINING::matcher)
                .filter(Matcher::matches)
                .ifPresent(said -> limit = OptionalInt.of(Integer.parseInt(said.group(1))));
    }

    void note(String header) {
        Matcher said = REMAINING.matcher(header.trim());
        if (said.matches()) {
            Duration window =
                    Optional.ofNullable(said.group(2))
                            .map(Long::parseLong)
                            .map(Duration::ofSeconds)
                            .orElse(USUAL_WINDOW);
            last =
                    new Said(
                            Integer.parseInt(said.group(1)),
                            nanoTime.getAsLong() + window.toNanos());
        }
    }

    /// How many pulls are left, as far as we have been told lately.
    OptionalInt remaining() {
        Said said = last;
        return said != null && said.validUntil() - nanoTime.getAsLong() > 0
                ? OptionalInt.of(said.remaining())
                : OptionalInt.empty();
    }

    /// How many there are in all.
    OptionalInt limit() {
        return limit;
    }

    /// Whether fewer than `reserve` pulls are left.
    boolean isBelow(int reserve) {
        OptionalInt remaining = remaining();
        return remaining.isPresent() && remaining.getAsInt() < reserve;
    }
}
