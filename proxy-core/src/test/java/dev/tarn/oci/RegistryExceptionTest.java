package dev.tarn.oci;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.oci.RegistryException.UpstreamFailed.Kind;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class RegistryExceptionTest {

    @ParameterizedTest
    @CsvSource({
        "UNREACHABLE, 502",
        "SILENT, 504",
        "CUT_OFF, 502",
        "BAD_ANSWER, 502",
        "WRONG_BYTES, 502",
    })
    void anUpstreamsFailureIsAGatewaysStatus(Kind kind, int status) {
        assertThat(kind.status()).isEqualTo(status);
    }

    @Test
    void aRefusalIsOfWhoAsksOrOfWhatIsAsked() {
        assertThat(RegistryException.Refused.unauthorized("who?").code())
                .isEqualTo(ErrorCode.UNAUTHORIZED);
        assertThat(RegistryException.Refused.denied("no").code()).isEqualTo(ErrorCode.DENIED);
    }

    @Test
    void keepsWhatTheAnswerNeeds() {
        IllegalStateException cause = new IllegalStateException("why");

        assertThat(new RegistryException.Throttled("slow down", Duration.ofSeconds(7)).retryAfter())
                .hasSeconds(7);
        assertThat(new RegistryException.UpstreamFailed(Kind.CUT_OFF, "broke off", cause))
                .hasMessage("broke off")
                .hasCause(cause);
        assertThat(new RegistryException.RangeUnsatisfiable(2_048)).hasMessageContaining("2048");
    }

    /// containerd tries a 429 again without a pause; a 503 sends it to its next host.
    @Test
    void noErrorGoesOutAs429() {
        assertThat(ErrorCode.values()).noneMatch(code -> code.status() == 429);
    }

    @ParameterizedTest
    @EnumSource(ErrorCode.class)
    void everyErrorCodeHasAnErrorsStatusAndAText(ErrorCode code) {
        assertThat(code.status()).isBetween(400, 504);
        assertThat(code.message()).isNotBlank();
    }
}
