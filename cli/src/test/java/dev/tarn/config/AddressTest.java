package dev.tarn.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressTest {

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1:5000, 127.0.0.1, 5000",
        "mirror.local:80, mirror.local, 80",
        "[::1]:5000, ::1, 5000",
        ":5000, '', 5000",
        "localhost:0, localhost, 0"
    })
    void anAddressIsAHostAndAPort(String text, String host, int port) {
        Address address = Address.parse(text);

        assertThat(address).isEqualTo(new Address(host, port));
        assertThat(address).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "5000",
                "localhost",
                "::1:5000",
                "a:b",
                "a:-1",
                "a:65536",
                "http://a:1",
                "a b:1"
            })
    void anythingElseIsNone(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Address.parse(text));
    }
}
