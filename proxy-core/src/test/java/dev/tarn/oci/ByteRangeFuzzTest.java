package dev.tarn.oci;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;

class ByteRangeFuzzTest {

    private static final long[] SIZES = {0, 1, 2_048, Long.MAX_VALUE - 1};

    @FuzzTest(maxDuration = "30s")
    void isAPartOfTheBlobOrRefused(byte[] input) {
        ByteRange.parse(new String(input, ISO_8859_1)).ifPresent(ByteRangeFuzzTest::check);
    }

    private static void check(ByteRange range) {
        assertThat(ByteRange.parse(range.header())).contains(range);
        for (long size : SIZES) {
            try {
                ContentRange part = range.of(size);
                assertThat(part.size()).isEqualTo(size);
                assertThat(part.length()).isBetween(Math.min(1, size), size);
            } catch (RegistryException.RangeUnsatisfiable e) {
                assertThat(e.size()).isEqualTo(size);
            }
        }
    }
}
