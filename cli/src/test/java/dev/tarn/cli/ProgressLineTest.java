package dev.tarn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProgressLineTest {

    private static final String NAME =
            "registry.example/team/some/application/with-a-long-name:v1.2.3";

    @Test
    void itSaysHowMuchOfWhat() {
        assertThat(ProgressLine.text("alpine:3", 5_000_000, 20_000_000, 80))
                .isEqualTo("[#####---------------]  25 % of 20.0 MB  alpine:3");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 10, 20, 40, 43, 59, 79, 200})
    void itIsNeverWiderThanTheTerminal(int columns) {
        for (long bytes : new long[] {0, 1, 999, 5_000_000_000L, Long.MAX_VALUE / 1_000}) {
            assertThat(ProgressLine.text(NAME, bytes, 5_000_000_000L, columns))
                    .hasSizeLessThanOrEqualTo(columns);
        }
        assertThat(ProgressLine.text(NAME, 1, 2, 59)).contains("50 %").endsWith("long-name:v1.2.3");
    }

    @Test
    void whereThereIsNoTerminalItIsSilent() {
        StringWriter out = new StringWriter();
        try (ProgressLine line =
                new ProgressLine(new PrintWriter(out), OptionalInt.empty(), NAME)) {
            line.come(1, 2);
        }
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void onATerminalItIsWrittenOverAndGoneAtTheEnd() {
        StringWriter out = new StringWriter();
        try (ProgressLine line = new ProgressLine(new PrintWriter(out), OptionalInt.of(60), NAME)) {
            line.come(1, 2);
            line.come(2, 2);
        }
        assertThat(out.toString()).startsWith("\r[").endsWith("\r\u001b[K").doesNotContain("\n");
    }
}
