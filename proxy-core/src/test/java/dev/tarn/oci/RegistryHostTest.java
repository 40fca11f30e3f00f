package dev.tarn.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RegistryHostTest {

    @ParameterizedTest
    @CsvSource({
        "docker.io, docker.io",
        "registry-1.docker.io, registry-1.docker.io",
        "localhost:5000, localhost:5000",
        "Quay.IO, quay.io",
        "127.0.0.1:5000, 127.0.0.1:5000",
        "[::1]:5000, [::1]:5000",
        "_default, _default",
    })
    void isALowerCaseName(String text, String name) {
        assertThat(new RegistryHost(text)).hasToString(name).isEqualTo(new RegistryHost(name));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "docker.io/library",
                "https://docker.io",
                "user@docker.io",
                "docker.io?",
                "docker.io#",
                "docker.io%2f",
                "docker.io\r\nHost",
                "docker.io\u0000",
                "döcker.io",
                "ｄocker.io",
                "docker。io",
            })
    void refusesWhatIsNone(String text) {
        assertThatExceptionOfType(RegistryException.Malformed.class)
                .isThrownBy(() -> new RegistryHost(text))
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.NAME_INVALID));
    }

    /// U+212A, the Kelvin sign, is no ASCII letter; its lower case is.
    @Test
    void aLetterThatOnlyLooksLikeKIsNotTakenForOne() {
        assertThatExceptionOfType(RegistryException.Malformed.class)
                .isThrownBy(() -> new RegistryHost("doc\u212Aer.io"));
    }

    @Test
    void hasRoomForANameAndAPort() {
        assertThat(new RegistryHost("h".repeat(255) + ":65535").text()).hasSize(261);
        assertThatExceptionOfType(RegistryException.Malformed.class)
                .isThrownBy(() -> new RegistryHost("h".repeat(262)));
    }
}
