package dev.tarn.oci;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AcceptTest {

    private static final String OCI = "application/vnd.oci.image.manifest.v1+json";
    private static final String DOCKER = "application/vnd.docker.distribution.manifest.v2+json";

    @ParameterizedTest
    @ValueSource(
            strings = {
                DOCKER + ", " + OCI,
                OCI + "," + DOCKER,
                " " + OCI + " , " + DOCKER + " , " + OCI,
                OCI + ";q=0.5, " + DOCKER + "; q=1",
                "Application/vnd.OCI.image.manifest.v1+json, " + OCI + ", " + DOCKER,
                ", nonsense, " + OCI + ", a/b/c, , " + DOCKER + ",",
            })
    void oneQuestionInManySpellingsIsOneValue(String header) {
        assertThat(Accept.parse(List.of(header)))
                .isEqualTo(Accept.parse(List.of(DOCKER, OCI)))
                .extracting(Accept::header)
                .isEqualTo(DOCKER + ", " + OCI);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ",",
                "nonsense",
                "*/*",
                "*/*;q=0.1",
                "application/*",
                "Application/*",
                OCI + ", */*",
                DOCKER + ";q=1, application/*;q=0.5",
            })
    void aWildcardOrNothingTakesAnything(String header) {
        assertThat(Accept.parse(List.of(header))).isEqualTo(Accept.ANYTHING);
    }

    @Test
    void noHeaderTakesAnything() {
        assertThat(Accept.parse(List.of())).isEqualTo(Accept.ANYTHING);
    }

    @Test
    void anythingAsksForTheFourTypesByName() {
        assertThat(Accept.ANYTHING.header().split(", ", -1))
                .containsExactlyInAnyOrder(
                        DOCKER,
                        "application/vnd.docker.distribution.manifest.list.v2+json",
                        OCI,
                        "application/vnd.oci.image.index.v1+json",
                        "*/*");
    }

    @Test
    void unknownTypesAreAskedForToo() {
        assertThat(Accept.parse(List.of("application/vnd.example+json")).header())
                .isEqualTo("application/vnd.example+json");
    }

    @Test
    void reads32TypesAtMost() {
        List<String> many = IntStream.range(0, 5_000).mapToObj(i -> "a/" + (10_000 + i)).toList();

        assertThat(Accept.parse(many).types()).hasSize(32);
        assertThat(Accept.parse(List.of(String.join(",", many))).types()).hasSize(32);
        assertThat(Accept.parse(List.of(" , ".repeat(1_000) + OCI)).header()).isEqualTo(OCI);
    }

    @Test
    void aTypeSaidTwiceCountsOnce() {
        String often = String.join(",", Collections.nCopies(10, OCI));

        assertThat(Accept.parse(List.of(often, DOCKER)))
                .isEqualTo(Accept.parse(List.of(OCI, DOCKER)));
    }
}
