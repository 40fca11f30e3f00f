package dev.tarn.oci;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.regex.Pattern;

class RepositoryNameFuzzTest {

    private static final String PART = "[a-z0-9]++(?:(?:\\.|__|_|-++)[a-z0-9]++)*+";
    private static final Pattern GRAMMAR = Pattern.compile(PART + "(?:/" + PART + ")*+");

    @FuzzTest(maxDuration = "30s")
    void isTheTextThatItWasReadFromOrRefused(byte[] input) {
        String text = new String(input, UTF_8);
        boolean isName = text.length() <= 255 && GRAMMAR.matcher(text).matches();
        try {
            assertThat(new RepositoryName(text)).hasToString(text);
            assertThat(isName).as("the grammar says of '%s'", text).isTrue();
        } catch (RegistryException.Malformed e) {
            assertThat(isName).as("the grammar says of '%s'", text).isFalse();
            assertThat(e.code()).isEqualTo(ErrorCode.NAME_INVALID);
        }
    }
}
