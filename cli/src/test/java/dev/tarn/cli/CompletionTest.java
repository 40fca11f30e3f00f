package dev.tarn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What `tarn completion` prints, in a real bash.
class CompletionTest {

    @TempDir private Path folder = Path.of("");

    private String bash(String script) throws IOException, InterruptedException {
        Process bash =
                new ProcessBuilder("bash", "--norc", "-c", script)
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .start();
        String said = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(bash.waitFor()).as(said).isZero();
        return said.strip();
    }

    @ParameterizedTest
    @ValueSource(strings = {"bash", "zsh"})
    void bashAcceptsIt(String shell) throws Exception {
        CommandLineTest.Said said = CommandLineTest.tarn("completion", shell);
        Files.writeString(folder.resolve("tarn.sh"), said.out());

        assertThat(said.exitCode()).isZero();
        assertThat(bash("bash -n tarn.sh")).isEmpty();
    }

    /// Outside of a completion bash has no options of it to set, which it says on standard error.
    @ParameterizedTest
    @CsvSource({
        "2, tarn ins, inspect",
        "2, tarn pu, pulls purge",
        "3, tarn purge --dry, --dry-run"
    })
    void commandsAndOptionsAreCompleted(int words, String line, String expected) throws Exception {
        Files.writeString(
                folder.resolve("tarn.sh"), CommandLineTest.tarn("completion", "bash").out());

        String completed =
                bash(
                        "source ./tarn.sh; COMP_WORDS=(%s); COMP_CWORD=%d; COMP_LINE='%s'; _complete_tarn 2>/dev/null; echo \"${COMPREPLY[@]}\""
                                .formatted(line, words - 1, line));

        assertThat(completed.split("\\s+")).containsExactlyInAnyOrder(expected.split(" "));
    }

    @Test
    void anotherShellIsAMistakeOnTheCommandLine() {
        CommandLineTest.Said said = CommandLineTest.tarn("completion", "fish");

        assertThat(said.exitCode()).isEqualTo(2);
        assertThat(said.err()).contains("fish", "bash|zsh");
    }
}
