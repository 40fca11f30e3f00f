package dev.tarn.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageNameTest {

    private static final String DIGEST =
            "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    @ParameterizedTest
    @CsvSource({
        "alpine, docker.io/library/alpine:latest",
        "alpine:3.22, docker.io/library/alpine:3.22",
        "user/app, docker.io/user/app:latest",
        "docker.io/alpine, docker.io/library/alpine:latest",
        "index.docker.io/alpine, docker.io/library/alpine:latest",
        "registry-1.docker.io/user/app:v1, docker.io/user/app:v1",
        "quay.io/a/b:v1, quay.io/a/b:v1",
        "localhost/app, localhost/app:latest",
        "localhost:5000/app, localhost:5000/app:latest",
        "registry.example:443/a/b/c:x, registry.example:443/a/b/c:x",
        "alpine@" + DIGEST + ", docker.io/library/alpine@" + DIGEST,
        "quay.io/a/b:v1@" + DIGEST + ", quay.io/a/b:v1@" + DIGEST,
    })
    void aNameIsWrittenOut(String text, String whole) {
        assertThat(ImageName.parse(text)).hasToString(whole);
        assertThat(ImageName.parse(whole)).isEqualTo(ImageName.parse(text));
    }

    @Test
    void theDigestCountsMoreThanTheTag() {
        assertThat(ImageName.parse("a:v1@" + DIGEST).reference()).hasToString(DIGEST);
        assertThat(ImageName.parse("a:v1").reference()).hasToString("v1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":",
                "a:",
                "A",
                "a//b",
                "a:v 1",
                "a@",
                "a@sha256:12",
                "quay.io/",
                "/a",
                "-"
            })
    void whatIsNoImageIsNamed(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ImageName.parse(text))
                .withMessageStartingWith("'" + text + "' is no image: ");
    }
}
