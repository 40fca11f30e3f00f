package dev.tarn.oci;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;

class ReferenceFuzzTest {

    @FuzzTest(maxDuration = "30s")
    void isTheTextThatItWasReadFromOrRefused(byte[] input) {
        String text = new String(input, UTF_8);
        boolean hasColon = text.indexOf(':') >= 0;
        try {
            assertThat(Reference.parse(text))
                    .hasToString(text)
                    .isInstanceOf(hasColon ? Digest.class : Tag.class);
            assertThat(text).matches("[a-zA-Z0-9_.:-]{1,135}");
        } catch (RegistryException.Malformed e) {
            assertThat(e.code())
                    .isEqualTo(hasColon ? ErrorCode.DIGEST_INVALID : ErrorCode.TAG_INVALID);
        }
    }
}
