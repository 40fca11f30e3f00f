package dev.tarn.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReferenceTest {

    private static final String HEX_64 = "0123456789abcdef".repeat(4);

    @ParameterizedTest
    @ValueSource(strings = {"latest", "sha256", "sha256-0123.sig", "3.20"})
    void isATagWithoutAColon(String text) {
        assertThat(Reference.parse(text)).isEqualTo(new Tag(text)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(ints = {64, 128})
    void isADigestWithOne(int length) {
        String text = (length == 64 ? "sha256:" : "sha512:") + HEX_64.repeat(length / 64);

        assertThat(Reference.parse(text)).isEqualTo(Digest.parse(text)).hasToString(text);
    }

    @ParameterizedTest
    @CsvSource({
        "'', TAG_INVALID",
        "., TAG_INVALID",
        "-, TAG_INVALID",
        "a/b, TAG_INVALID",
        ":, DIGEST_INVALID",
        "latest:, DIGEST_INVALID",
        "sha256:, DIGEST_INVALID",
        "sha256:latest, DIGEST_INVALID",
        "sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709, DIGEST_INVALID",
    })
    void saysWhichOfTheTwoItCouldNotBe(String text, ErrorCode code) {
        assertThatExceptionOfType(RegistryException.Malformed.class)
                .isThrownBy(() -> Reference.parse(text))
                .satisfies(e -> assertThat(e.code()).isEqualTo(code));
    }
}
