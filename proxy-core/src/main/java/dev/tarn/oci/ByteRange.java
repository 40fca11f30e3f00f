package dev.tarn.oci;

import java.util.Optional;

/// The part of a blob that somebody asks for, before the size is known.
public sealed interface ByteRange {

    /// From `start`, inclusive, to `end`, exclusive; `Long.MAX_VALUE` is "to the end".
    record Between(long start, long end) implements ByteRange {}

    /// The last `count` bytes.
    record Last(long count) implements ByteRange {}

    /// From the first byte to the last.
    static ByteRange whole() {
        return new Between(0, Long.MAX_VALUE);
    }

    /// Reads a `Range` header (RFC 9110 §14.2). Empty where it is to be ignored: another unit, more
    /// than one range, or nonsense; then the answer is the whole blob.
    static Optional<ByteRange> parse(String header) {
        String text = header.trim();
        if (!text.regionMatches(true, 0, "bytes=", 0, 6) || text.indexOf(',') >= 0) {
            return Optional.empty();
        }
        String spec = text.substring(6).trim();
        int dash = spec.indexOf('-');
        if (dash < 0) {
            return Optional.empty();
        }
        String first = spec.substring(0, dash).trim();
        String last = spec.substring(dash + 1).trim();
        if (!isNumber(first) || !isNumber(last) || (first.isEmpty() && last.isEmpty())) {
            return Optional.empty();
        }
        if (first.isEmpty()) {
            return Optional.of(new Last(number(last)));
        }
        long end = last.isEmpty() ? Long.MAX_VALUE : Math.addExact(number(last), 1);
        return Optional.of(new Between(number(first), end));
    }

    /// The part of a blob of `size` bytes that this means; refuses one that holds no byte of it.
    default ContentRange of(long size) {
        return switch (this) {
            case Between(long start, long end) when start < Math.min(end, size) ->
                    new ContentRange(start, Math.min(end, size), size);
            case Between whole when whole.equals(whole()) -> ContentRange.whole(size);
            case Between _ -> throw new RegistryException.RangeUnsatisfiable(size);
            case Last(long count) when count > 0 && size > 0 ->
                    new ContentRange(Math.max(0, size - count), size, size);
            case Last _ -> throw new RegistryException.RangeUnsatisfiable(size);
        };
    }

    /// As in the `Range` header of a request to a source.
    default String header() {
        return switch (this) {
            case Between(long start, long end) when end == Long.MAX_VALUE -> "bytes=" + start + "-";
            case Between(long start, long end) -> "bytes=" + start + "-" + (end - 1);
            case Last(long count) -> "bytes=-" + count;
        };
    }

    private static boolean isNumber(String text) {
        return text.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    /// A position behind any blob's end for numbers that no `long` holds.
    private static long number(String digits) {
        String significant = digits.replaceFirst("^0+(?=.)", "");
        return significant.length() > 18 ? Long.MAX_VALUE - 1 : Long.parseLong(significant);
    }
}
