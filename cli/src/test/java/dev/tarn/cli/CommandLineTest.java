package dev.tarn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommandLineTest {

    @TempDir private Path folder = Path.of("");

    /// What a command said, and its exit code.
    record Said(int exitCode, String out, String err) {}

    static Said tarn(String... arguments) {
        return tarn(Map.of(), arguments);
    }

    private static Said tarn(Map<String, String> environment, String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode =
                Main.commandLine(environment)
                        .setOut(new PrintWriter(out, true))
                        .setErr(new PrintWriter(err, true))
                        .execute(arguments);
        return new Said(exitCode, out.toString(), err.toString());
    }

    private String file(String yaml) throws IOException {
        return Files.writeString(folder.resolve("tarn.yaml"), yaml).toString();
    }

    @Test
    void helpNamesTheCommandsAndTheExitCodes() {
        Said said = tarn("--help");

        assertThat(said.exitCode()).isZero();
        assertThat(said.out())
                .contains("serve", "config", "demo", "Exit codes:")
                .containsPattern("2\\s+the configuration or the command line is wrong");
    }

    @Test
    void versionIsOneLine() {
        assertThat(tarn("--version").out()).matches("tarn \\S.*\\R");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "config", "sreve", "--nonsense", "serve --nonsense", "serve -c"})
    void aWrongCommandLineIsExitCode2(String line) {
        Said said = tarn(line.isEmpty() ? new String[0] : line.split(" "));

        assertThat(said.exitCode()).isEqualTo(2);
        assertThat(said.err()).containsAnyOf("Usage: tarn", "Did you mean: tarn serve");
        assertThat(said.out()).isEmpty();
    }

    @Test
    void checkOfAGoodFileSaysOk() throws IOException {
        Said said = tarn("config", "check", "-c", file("log: {level: debug}"));

        assertThat(said).isEqualTo(new Said(0, "OK: 7 upstreams" + System.lineSeparator(), ""));
    }

    @Test
    void checkOfABadFileSaysEachProblemOnItsOwnLine() throws IOException {
        String file = file("log: {level: loud}\nhtp: {}\n");
        Said said = tarn("config", "check", "-c", file);

        assertThat(said.exitCode()).isEqualTo(2);
        assertThat(said.out()).isEmpty();
        assertThat(said.err().lines())
                .containsExactly(
                        file
                                + ":1:14: log.level: 'loud' is not one of error, warn, info, debug, trace",
                        file + ":2:1: htp: unknown key (did you mean 'http'?)");
    }

    @Test
    void checkReadsTheEnvironmentToo() throws IOException {
        Said said = tarn(Map.of("TARN_LOG_LEVEL", "loud"), "config", "check", "-c", file(""));

        assertThat(said.exitCode()).isEqualTo(2);
        assertThat(said.err()).startsWith("TARN_LOG_LEVEL: 'loud' is not one of ");
    }

    @Test
    void serveWithABadFileStartsNothing() throws IOException {
        Path store = folder.resolve("store");
        Said said =
                tarn("serve", "-c", file("storage: {rootdirectory: %s}\nx: y".formatted(store)));

        assertThat(said.exitCode()).isEqualTo(2);
        assertThat(said.err()).contains(":2:1: x: unknown key");
        assertThat(store).doesNotExist();
    }

    @Test
    void serveWithoutItsFileStartsNothing() {
        Said said = tarn("serve", "-c", folder.resolve("none.yaml").toString());

        assertThat(said)
                .isEqualTo(
                        new Said(2, "", folder.resolve("none.yaml") + ": there is no such file\n"));
    }
}
