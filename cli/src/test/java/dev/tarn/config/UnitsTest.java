package dev.tarn.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UnitsTest {

    @ParameterizedTest
    @CsvSource({"200ms, PT0.2S", "30s, PT30S", "5m, PT5M", "1h, PT1H", "30d, PT720H", "0s, PT0S"})
    void aDurationIsANumberWithAUnit(String text, Duration duration) {
        assertThat(Units.parseDuration(text)).isEqualTo(duration);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "5",
                "s",
                "1.5s",
                "-1s",
                "1h30m",
                "5 minutes",
                "999999999999999999h",
                "999999999999999999d"
            })
    void anythingElseIsNoDuration(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Units.parseDuration(text));
    }

    @ParameterizedTest
    @CsvSource({
        "4096, 4096",
        "4096B, 4096",
        "1KB, 1000",
        "1KiB, 1024",
        "8MiB, 8388608",
        "8 MiB, 8388608",
        "1GB, 1000000000",
        "100GiB, 107374182400",
        "2TiB, 2199023255552",
        "0, 0"
    })
    void aSizeIsANumberOfBytesOrHasAUnit(String text, long bytes) {
        assertThat(Units.parseSize(text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "MiB", "8mib", "8M", "1.5GiB", "-1", "1 000", "9223372036854775808"})
    void anythingElseIsNoSize(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Units.parseSize(text));
    }

    @ParameterizedTest
    @CsvSource({"1%, 1", "80%, 80", "80 %, 80", "100%, 100"})
    void aShareIsANumberOfHundredths(String text, int percent) {
        assertThat(Units.parsePercent(text)).isEqualTo(percent);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "%", "80", "0%", "101%", "-1%", "8.5%", "9999999999%"})
    void anythingElseIsNoShare(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Units.parsePercent(text));
    }
}
