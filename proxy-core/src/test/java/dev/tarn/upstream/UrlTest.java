package dev.tarn.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UrlTest {

    @ParameterizedTest
    @CsvSource({
        "https://a.example, https://a.example, /",
        "HTTPS://A.Example:443/x, https://a.example, /x",
        "http://a.example:80?q=1, http://a.example, /?q=1",
        "https://a.example:8443/x/y?q=%20#f, https://a.example:8443, /x/y?q=%20",
        "https://[::1]:5000/, https://[::1]:5000, /"
    })
    void readsAddresses(String text, String origin, String target) {
        Url url = Url.parse(text);

        assertThat(url.origin()).hasToString(origin);
        assertThat(url.target()).isEqualTo(target);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a.example",
                "ftp://a.example/",
                "file:///etc/passwd",
                "https:a.example",
                "https:///path",
                "https://user@a.example/",
                "https://user:pass@a.example/",
                "https://a.example@b.example/",
                "https://a.example\\@b.example/",
                "https://a.example\\.b.example/",
                "https://a.example:/",
                "https://a.example:0/",
                "https://a.example:080/",
                "https://a.example:65536/",
                "https://a.example:4 43/",
                "https://a.example:+443/",
                "https://[::1/",
                "https://[127.0.0.1]/",
                "https://::1/",
                "https://[::1]x/",
                "https://[]/",
                "https://a.example/\r\nHost: b",
                "https://a.example/ü",
                "https://a%2eexample/",
                " https://a.example/"
            })
    void refusesWhatCouldBeReadInTwoWays(String text) {
        assertThatThrownBy(() -> Url.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "/y?z, https://a.example:5000, /y?z",
        "//b.example/y, https://b.example, /y",
        "http://b.example/y, http://b.example, /y"
    })
    void resolvesLocations(String location, String origin, String target) {
        Url url = Url.parse("https://a.example:5000/x").resolve(location);

        assertThat(url.origin()).hasToString(origin);
        assertThat(url.target()).isEqualTo(target);
    }

    @Test
    void printsNeitherPathNorQuery() {
        assertThat(Url.parse("https://a.example/x?signature=secret"))
                .hasToString("https://a.example");
    }

    @Test
    void refusesAddressesThatNoRequestLineHolds() {
        assertThatThrownBy(() -> Url.parse("https://a.example/" + "x".repeat(Url.LENGTH_MAX)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
