package dev.tarn.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HostTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "registry-1.docker.io",
                "localhost",
                "xn--bcher-kva.example",
                "a_b.example",
                "127.0.0.1",
                "255.255.255.255",
                "::1",
                "2001:db8::1",
                "1.2.3.4.example"
            })
    void takesWhatIsPlainlyWritten(String text) {
        assertThat(new Host(text).text()).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "2130706433",
                "0x7f000001",
                "0x7f.1",
                "0177.0.0.1",
                "127.1",
                "127.0.1",
                "127.0.0.01",
                "127.0.0.256",
                "127.0.0.1.",
                "1.2.3.4.5",
                "example.0x",
                "example.com.",
                ".example.com",
                "a..b",
                "-a.example",
                "a-.example",
                "bücher.example",
                "１２７.0.0.1",
                "a%2eb",
                "a b",
                "a@b",
                "a\\b",
                "fe80::1%eth0",
                "::ffff:127.0.0.1",
                "::ffff:7f00:1",
                "0:0:0:0:0:0:0:1",
                "2001:0db8::1",
                "::g",
                ":::"
            })
    void refusesWhatCouldBeReadInTwoWays(String text) {
        assertThatThrownBy(() -> new Host(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void refusesLabelsAndNamesThatAreTooLong() {
        assertThatThrownBy(() -> new Host("a".repeat(64)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Host("a.".repeat(127) + "a"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(new Host("a".repeat(63)).text()).hasSize(63);
    }

    @ParameterizedTest
    @CsvSource({
        "auth.docker.io, registry-1.docker.io, true",
        "docker.io, auth.docker.io, true",
        "evil-docker.io, registry-1.docker.io, false",
        "docker.io.evil.example, registry-1.docker.io, false",
        "a.co.uk, b.co.uk, false",
        "auth.a.co.uk, a.co.uk, true",
        "a.github.io, b.github.io, false",
        "io, docker.io, false",
        "127.0.0.1, 127.0.0.2, false",
        "localhost, localhost, false",
        "registry.tenant.svc.cluster.local, evil.other.svc.cluster.local, false",
        "registry.example.internal, auth.example.internal, false",
        "registry.example.co.uk, auth.example.co.uk, true"
    })
    void knowsWhichNamesOneOwnerHas(String one, String other, boolean isSame) {
        assertThat(new Host(one).sharesOwner(new Host(other))).isEqualTo(isSame);
        assertThat(new Host(other).sharesOwner(new Host(one))).isEqualTo(isSame);
    }
}
