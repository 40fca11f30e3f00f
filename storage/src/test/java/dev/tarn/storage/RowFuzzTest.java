package dev.tarn.storage;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.Arrays;

class RowFuzzTest {

    /// A row of the index that is not one counts as missing.
    @FuzzTest(maxDuration = "30s")
    void isReadAsItWasWrittenOrNotAtAll(byte[] row) {
        Row.read("a row", row, Fingerprint::ofRow)
                .ifPresent(fingerprint -> {
                    byte[] again = fingerprint.toRow();
                    assertThat(Arrays.copyOf(row, again.length)).isEqualTo(again);
                });
    }
}
