package dev.tarn.admin.push;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.http.Request;
import dev.tarn.oci.Secret;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PushSecretTest {

    /// The example of docs.github.com, "Validating webhook deliveries".
    private static final PushSecret SECRET =
            new PushSecret(new Secret("It's a Secret to Everybody"));

    private static final String BODY = "Hello, World!";
    private static final String SIGNED =
            "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";

    private static boolean isKnown(String target, String... headers) {
        Map<String, List<String>> all = new HashMap<>();
        for (int i = 0; i < headers.length; i += 2) {
            all.put(headers[i], List.of(headers[i + 1]));
        }
        ByteBuffer body = ByteBuffer.wrap(BODY.getBytes(UTF_8));
        return SECRET.isKnownTo(Request.of("POST", target, all), body);
    }

    @Test
    void theBodyMayBeSigned() {
        assertThat(isKnown("/", PushSecret.SIGNATURE, SIGNED)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "sha256=",
                "sha1=757107ea0eb2509fc211221cce984b8a37570b6d",
                "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
                "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e18",
                "sha256=757107EA0EB2509FC211221CCE984B8A37570B6D7586C22C46F4379C8B043E17"
            })
    void aSignatureOfSomethingElseIsNone(String signature) {
        assertThat(isKnown("/", PushSecret.SIGNATURE, signature)).isFalse();
        assertThat(
                        isKnown(
                                "/?token=It's%20a%20Secret%20to%20Everybody",
                                PushSecret.SIGNATURE, signature))
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "Bearer It's a Secret to Everybody, true",
        "bearer  It's a Secret to Everybody, true",
        "It's a Secret to Everybody, true",
        "It's a Secret to Everyone, false",
        "Bearer, false",
        "Bearer It's a Secret, false"
    })
    void theSecretMayBeInAHeader(String authorization, boolean isKnown) {
        assertThat(isKnown("/", "Authorization", authorization)).isEqualTo(isKnown);
    }

    @ParameterizedTest
    @CsvSource({
        "/?token=It's%20a%20Secret%20to%20Everybody, true",
        "/?token=It's%20a%20secret%20to%20Everybody, false",
        "/?token=, false",
        "/?secret=It's%20a%20Secret%20to%20Everybody, false",
        "/, false"
    })
    void theSecretMayBeInTheUrl(String target, boolean isKnown) {
        assertThat(isKnown(target)).isEqualTo(isKnown);
    }
}
