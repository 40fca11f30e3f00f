package dev.tarn.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class PinTest {

    @ParameterizedTest
    @CsvSource({
        "docker.io/library/alpine, docker.io, library/alpine, 3.20, true",
        "docker.io/library/alpine, docker.io, library/alpine2, 3.20, false",
        "docker.io/library/alpine, quay.io, library/alpine, 3.20, false",
        "docker.io/library/alpine:3.20, docker.io, library/alpine, 3.20, true",
        "docker.io/library/alpine:3.20, docker.io, library/alpine, 3.2, false",
        "docker.io/library/alpine:3.2?, docker.io, library/alpine, 3.20, true",
        "docker.io/library/alpine:3.2?, docker.io, library/alpine, 3.2, false",
        "*/team/*:v*.1, ghcr.io, team/a/b, v2.0.1, true",
        "*/team/*:v*.1, ghcr.io, team/a/b, v2.0.2, false",
        "registry.local:5000/app:latest, registry.local:5000, app, latest, true",
        "*/*, quay.io, any/thing, any-tag, true",
        "*/*a*a*a*a*a*a*a*b, quay.io, aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, x, false",
    })
    void aPatternStandsForTags(
            String pattern, String host, String repository, String tag, boolean matches) {
        assertThat(Pin.parse(pattern).matches(host, repository, tag)).isEqualTo(matches);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "alpine",
                "docker.io/",
                "/alpine",
                "docker.io/alpine:",
                "docker.io/Alpine",
                "docker.io/alpine@sha256:aa",
                "docker.io/alpine:a:b",
                "docker.io/al pine"
            })
    void anythingElseIsNoPattern(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Pin.parse(text))
                .withMessageStartingWith("is not registry/repository");
    }
}
