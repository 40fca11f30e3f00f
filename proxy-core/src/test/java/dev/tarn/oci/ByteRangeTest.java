package dev.tarn.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.math.BigInteger;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteRangeTest {

    private static final String HUGE = "9".repeat(8_000);

    /// The first six are those of the OCI conformance suite, whose blob has 2,048 bytes.
    @ParameterizedTest
    @CsvSource({
        "500-1499, 2048, 500, 1500",
        "500-, 2048, 500, 2048",
        "-500, 2048, 1548, 2048",
        "2000-5000, 2048, 2000, 2048",
        "0-0, 2048, 0, 1",
        "2047-2047, 2048, 2047, 2048",
        "0-, 2048, 0, 2048",
        "0-2047, 2048, 0, 2048",
        "0-2048, 2048, 0, 2048",
        "-1, 2048, 2047, 2048",
        "-2048, 2048, 0, 2048",
        "-2049, 2048, 0, 2048",
        "000000000000000000000000000005-0007, 10, 5, 8",
        "5-9223372036854775806, 10, 5, 10",
        "5-9223372036854775807, 10, 5, 10",
        "5-9223372036854775808, 10, 5, 10",
        "5-18446744073709551620, 10, 5, 10",
        "-9223372036854775808, 10, 0, 10",
        "-18446744073709551617, 10, 0, 10",
        "9000000000-9999999999, 10000000000, 9000000000, 10000000000",
        "0-, 0, 0, 0",
    })
    void meansAPartOfTheBlob(String spec, long size, long start, long end) {
        assertThat(range("bytes=" + spec).of(size)).isEqualTo(new ContentRange(start, end, size));
    }

    @ParameterizedTest
    @CsvSource({
        "500-0, 2048",
        "5000-10000, 2048",
        "2048-, 2048",
        "2048-2048, 2048",
        "-0, 2048",
        "-000, 2048",
        "0-0, 0",
        "1-, 0",
        "-1, 0",
        "9223372036854775807-, 10",
        "9223372036854775808-, 10",
        "18446744073709551616-18446744073709551620, 10",
        "18446744073709551616-5, 10",
    })
    void refusesWhatHoldsNoByteOfTheBlob(String spec, long size) {
        assertThatExceptionOfType(RegistryException.RangeUnsatisfiable.class)
                .isThrownBy(() -> range("bytes=" + spec).of(size))
                .withMessage("no byte of the range is among the blob's " + size)
                .satisfies(e -> assertThat(e.size()).isEqualTo(size));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "bytes",
                "bytes=",
                "bytes=-",
                "bytes= - ",
                "bytes=5",
                "bytes=a-b",
                "bytes=0x0-0xf",
                "bytes=--1",
                "bytes=1--",
                "bytes=1--2",
                "bytes=1-2-3",
                "bytes=-5-",
                "bytes=+1-2",
                "bytes=1-+2",
                "bytes=1.0-2",
                "bytes=1 0-2",
                "bytes=٣-٤",
                "bytes=*",
                "bytes=0-1,3-4",
                "bytes=0-,",
                "bytes=,0-1",
                "bytes=0-0,-1",
                "bytes 0-1",
                "bytes 0-1/2",
                "bytes=0-1/2",
                "bytes=bytes=0-1",
                "items=0-1",
                "byte=0-1",
                "xbytes=0-1",
                "0-1",
                "=0-1",
            })
    void anythingElseIsIgnored(String header) {
        assertThat(ByteRange.parse(header)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bytes=5-9",
                "Bytes=5-9",
                "BYTES=5-9",
                " bytes=5-9 ",
                "bytes= 5-9",
                "bytes=5 - 9",
                "\tbytes=\t5-9\t"
            })
    void unitsAreCaseInsensitiveAndSpaceIsForgiven(String header) {
        assertThat(ByteRange.parse(header)).contains(new ByteRange.Between(5, 10));
    }

    @ParameterizedTest
    @CsvSource({"0-", "5-", "5-9", "0-0", "-500", "-0"})
    void goesOutAsItCameIn(String spec) {
        assertThat(range("bytes=" + spec).header()).isEqualTo("bytes=" + spec);
    }

    @Test
    void theWholeIsEverythingOfAnySize() {
        assertThat(ByteRange.whole().header()).isEqualTo("bytes=0-");
        assertThat(ByteRange.whole().of(0)).isEqualTo(ContentRange.whole(0));
        assertThat(ByteRange.whole().of(Long.MAX_VALUE - 1))
                .isEqualTo(ContentRange.whole(Long.MAX_VALUE - 1));
    }

    @Test
    void numbersOfThousandsOfDigitsAreBehindAnyEnd() {
        assertThat(range("bytes=5-" + HUGE).of(10)).isEqualTo(new ContentRange(5, 10, 10));
        assertThat(range("bytes=-" + HUGE).of(10)).isEqualTo(ContentRange.whole(10));
        assertThat(range("bytes=" + "0".repeat(8_000) + "5-").of(10))
                .isEqualTo(new ContentRange(5, 10, 10));
        assertThatExceptionOfType(RegistryException.RangeUnsatisfiable.class)
                .isThrownBy(() -> range("bytes=" + HUGE + "-").of(10));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void agreesWithTheRulesOnRandomRanges(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 5_000; i++) {
            String first = random.nextInt(4) == 0 ? "" : number(random);
            String last = first.isEmpty() || random.nextInt(4) > 0 ? number(random) : "";
            long size = random.nextInt(12);
            String header = "bytes=" + first + "-" + last;
            assertThat(part(header, size))
                    .as("%s of %d, seed %d", header, size, seed)
                    .isEqualTo(byTheRules(first, last, size));
        }
    }

    /// Mostly small, now and then larger than any `long`.
    private static String number(Random random) {
        return random.nextInt(10) == 0
                ? new BigInteger(70, random).toString()
                : Integer.toString(random.nextInt(14));
    }

    private static Optional<ContentRange> part(String header, long size) {
        try {
            return Optional.of(range(header).of(size));
        } catch (RegistryException.RangeUnsatisfiable e) {
            return Optional.empty();
        }
    }

    /// RFC 9110 §14.1.2 in unlimited integers; `0-` is the whole blob even where that is empty.
    private static Optional<ContentRange> byTheRules(String first, String last, long size) {
        BigInteger all = BigInteger.valueOf(size);
        BigInteger start;
        BigInteger end = all;
        if (first.isEmpty()) {
            start = all.subtract(new BigInteger(last)).max(BigInteger.ZERO);
        } else {
            start = new BigInteger(first);
            if (!last.isEmpty()) {
                end = new BigInteger(last).add(BigInteger.ONE).min(all);
            }
        }
        boolean isEmptyWhole =
                size == 0 && first.equals("0") && (last.isEmpty() || last.length() > 18);
        return start.compareTo(end) < 0 || isEmptyWhole
                ? Optional.of(new ContentRange(start.longValueExact(), end.longValueExact(), size))
                : Optional.empty();
    }

    private static ByteRange range(String header) {
        return ByteRange.parse(header).orElseThrow();
    }
}
