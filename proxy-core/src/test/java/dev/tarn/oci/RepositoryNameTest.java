package dev.tarn.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RepositoryNameTest {

    private static final String PART = "[a-z0-9]++(?:(?:\\.|__|_|-++)[a-z0-9]++)*+";

    /// The OCI distribution specification's grammar, possessive.
    private static final Pattern GRAMMAR = Pattern.compile(PART + "(?:/" + PART + ")*+");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a",
                "0",
                "alpine",
                "library/alpine",
                "a/b/c/d/e/f",
                "a.b",
                "a_b",
                "a__b",
                "a-b",
                "a-----b",
                "a.b_c__d-e/0.1_2__3--4",
                "ghcr.io/org/app",
                "blobs",
                "manifests/tags/list",
                "v2/v2",
                "127.0.0.1/a",
            })
    void takesWhatTheGrammarAllows(String text) {
        assertThat(new RepositoryName(text)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "/a",
                "a/",
                "a//b",
                ".",
                "..",
                "a/..",
                "../a",
                "a/./b",
                ".a",
                "a.",
                "_a",
                "a_",
                "-a",
                "a-",
                "a..b",
                "a___b",
                "a____b",
                "a._b",
                "a_.b",
                "a-_b",
                "a_-b",
                "a-.b",
                "a/-b",
                "a/b-",
                "A",
                "library/Alpine",
                "a b",
                " a",
                "a\n",
                "a\\b",
                "a:b",
                "localhost:5000/a",
                "a@b",
                "a%2fb",
                "a\u0000",
                "é",
                "ａ",
            })
    void refusesWhatItDoesNot(String text) {
        assertThatExceptionOfType(RegistryException.Malformed.class)
                .isThrownBy(() -> new RepositoryName(text))
                .withMessageContaining("'" + text + "'")
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.NAME_INVALID));
    }

    @Test
    void has255CharactersAtMost() {
        assertThat(new RepositoryName("a".repeat(255)).text()).hasSize(255);
        assertThat(new RepositoryName("a/".repeat(127) + "a").text()).hasSize(255);
        assertThatExceptionOfType(RegistryException.Malformed.class)
                .isThrownBy(() -> new RepositoryName("a".repeat(256)))
                .withMessageContaining("255");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a/", "a.", "a__", "a-", "a"})
    void fiveThousandPartsAreRefusedWithoutOverflowingTheStack(String part) {
        assertThatExceptionOfType(RegistryException.Malformed.class)
                .isThrownBy(() -> new RepositoryName(part.repeat(5_000) + "a"))
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(100));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void agreesWithTheGrammarOnRandomText(long seed) {
        RandomText random = new RandomText(seed, "aaz09._-/");
        int names = 0;
        for (int i = 0; i < 10_000; i++) {
            String text = random.next(12);
            boolean expected = GRAMMAR.matcher(text).matches();
            assertThat(isName(text)).as("'%s'", text).isEqualTo(expected);
            names += expected ? 1 : 0;
        }
        assertThat(names).as("names among the texts").isBetween(500, 9_500);
    }

    @ParameterizedTest
    @CsvSource({
        "alpine, alpine, true",
        "library/alpine, library, false",
        "quay.io/org/app, quay.io, false",
    })
    void knowsItsFirstPart(String text, String firstPart, boolean hasOnePart) {
        RepositoryName name = new RepositoryName(text);

        assertThat(name.firstPart()).isEqualTo(firstPart);
        assertThat(name.hasOnePart()).isEqualTo(hasOnePart);
    }

    @Test
    void aRepositoryIsNamedByHostAndName() {
        Repository repository =
                new Repository(new RegistryHost("quay.io"), new RepositoryName("org/app"));

        assertThat(repository).hasToString("quay.io/org/app");
    }

    private static boolean isName(String text) {
        try {
            return new RepositoryName(text).text().equals(text);
        } catch (RegistryException.Malformed e) {
            return false;
        }
    }
}
