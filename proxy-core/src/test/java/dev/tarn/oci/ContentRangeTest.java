package dev.tarn.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ContentRangeTest {

    @ParameterizedTest
    @CsvSource({
        "0, 1, 1, 1, bytes 0-0/1",
        "500, 1500, 2048, 1000, bytes 500-1499/2048",
        "1548, 2048, 2048, 500, bytes 1548-2047/2048",
        "0, 9223372036854775807, 9223372036854775807, 9223372036854775807,"
                + " bytes 0-9223372036854775806/9223372036854775807",
    })
    void knowsItsLengthAndItsHeader(long start, long end, long size, long length, String header) {
        ContentRange range = new ContentRange(start, end, size);

        assertThat(range.length()).isEqualTo(length);
        assertThat(range.header()).isEqualTo(header);
    }

    @ParameterizedTest
    @CsvSource({"-1, 1, 1", "2, 1, 5", "0, 6, 5", "6, 6, 5", "0, 0, -1", "0, -1, 5"})
    void refusesWhatIsNoPartOfTheBlob(long start, long end, long size) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ContentRange(start, end, size))
                .withMessageContaining(start + " to " + end + " of " + size);
    }

    /// RFC 9110 §14.4 has no words for a part without bytes.
    @Test
    void theWholeOfAnEmptyBlobHasNoHeader() {
        ContentRange whole = ContentRange.whole(0);

        assertThat(whole.length()).isZero();
        assertThatIllegalStateException().isThrownBy(whole::header);
    }
}
