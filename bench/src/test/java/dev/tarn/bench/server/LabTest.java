package dev.tarn.bench.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LabTest {

    @ParameterizedTest
    @ValueSource(strings = {"TARN_TRACE", "TARN_HTTP_ADDR", "OTEL_SDK_DISABLED", "REGISTRY_LOG"})
    void whatIsMeasuredDoesNotSeeWhatIsMeantForAnother(String variable) {
        assertThat(Lab.isForAnother(variable)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TARN_JAVA_HOME", "PATH", "HOME"})
    void itSeesWhatItNeedsToRun(String variable) {
        assertThat(Lab.isForAnother(variable)).isFalse();
    }
}
