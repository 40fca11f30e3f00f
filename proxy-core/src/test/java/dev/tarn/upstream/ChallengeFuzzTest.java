package dev.tarn.upstream;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.List;

class ChallengeFuzzTest {

    @FuzzTest(maxDuration = "30s")
    void isReadOrDropped(byte[] input) {
        String header = new String(input, ISO_8859_1);
        for (Challenge challenge : Challenge.parse(List.of(header, header))) {
            assertThat(challenge.parameter("realm").orElse("x")).isNotEmpty();
            assertThat(challenge.isBasic() && challenge.isBearer()).isFalse();
        }
    }
}
