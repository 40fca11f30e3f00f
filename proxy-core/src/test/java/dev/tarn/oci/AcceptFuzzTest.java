package dev.tarn.oci;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.List;

class AcceptFuzzTest {

    @FuzzTest(maxDuration = "30s")
    void goesOnAsAHeaderThatMeansTheSame(byte[] input) {
        Accept accept = Accept.parse(List.of(new String(input, ISO_8859_1)));

        assertThat(accept.header()).matches("[ -~]+");
        assertThat(Accept.parse(List.of(accept.header()))).isEqualTo(accept);
    }
}
