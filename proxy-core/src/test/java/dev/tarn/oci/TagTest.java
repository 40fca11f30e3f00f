package dev.tarn.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TagTest {

    /// As the OCI distribution specification spells it.
    private static final Pattern GRAMMAR = Pattern.compile("[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}");

    @ParameterizedTest
    @ValueSource(strings = {"a", "Z", "0", "_", "latest", "3.20", "v1.0_rc-2", "_-.", "__", "a--"})
    void takesWhatTheGrammarAllows(String text) {
        assertThat(new Tag(text)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "..",
                ".INVALID_MANIFEST_NAME",
                "-a",
                "a b",
                " a",
                "a\n",
                "a/b",
                "a:b",
                "a@b",
                "a+b",
                "a%2e",
                "ä",
                "a\u0000",
                "ａ",
            })
    void refusesWhatItDoesNot(String text) {
        assertThatExceptionOfType(RegistryException.Malformed.class)
                .isThrownBy(() -> new Tag(text))
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.TAG_INVALID));
    }

    @Test
    void has128CharactersAtMost() {
        assertThat(new Tag("t".repeat(128)).text()).hasSize(128);
        assertThatExceptionOfType(RegistryException.Malformed.class)
                .isThrownBy(() -> new Tag("t".repeat(129)))
                .withMessageContaining("128")
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.TAG_INVALID));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void agreesWithTheGrammarOnRandomText(long seed) {
        RandomText random = new RandomText(seed, "aZ0_.-/ :é");
        for (int i = 0; i < 10_000; i++) {
            String text = random.next(6);
            assertThat(isTag(text)).as("'%s'", text).isEqualTo(GRAMMAR.matcher(text).matches());
        }
    }

    private static boolean isTag(String text) {
        try {
            return new Tag(text).text().equals(text);
        } catch (RegistryException.Malformed e) {
            return false;
        }
    }
}
