package dev.tarn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.upstream.FakeRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// `tarn doctor` as it is typed. What it finds is in `DoctorTest`.
@Timeout(60)
class DoctorCommandTest {

    @TempDir private Path folder = Path.of("");
    private final FakeRegistry registry = FakeRegistry.start();

    @AfterEach
    void close() {
        registry.close();
    }

    private CommandLineTest.Said doctor(String more, String... options) throws IOException {
        Path file =
                Files.writeString(
                        folder.resolve("tarn.yaml"),
                        """
                        http: {addr: "127.0.0.1:0"}
                        admin: {addr: "127.0.0.1:0"}
                        storage: {rootdirectory: "%s"}
                        default-upstream: good.test
                        upstreams: {good.test: {urls: ["%s"], insecure: true}}
                        %s
                        """
                                .formatted(folder.resolve("store"), registry.uri(), more));
        String[] arguments = new String[options.length + 3];
        arguments[0] = "doctor";
        arguments[1] = "-c";
        arguments[2] = file.toString();
        System.arraycopy(options, 0, arguments, 3, options.length);
        return CommandLineTest.tarn(arguments);
    }

    @Test
    void oneLineEachWhenThereAreNoProblems() throws IOException {
        CommandLineTest.Said said = doctor("");

        assertThat(said.err()).isEmpty();
        assertThat(said.exitCode()).isZero();
        assertThat(said.out().lines())
                .anyMatch(line -> line.matches("STATE +WHERE +WHAT"))
                .anyMatch(line -> line.matches("ok +configuration +is good: from .*tarn.yaml.*"))
                .anyMatch(line -> line.matches("ok +good\\.test +answers in [0-9]+ ms .*"))
                .noneMatch(line -> line.startsWith("problem"));
    }

    @Test
    void aProblemIsExitCode1WithARemedy() throws IOException {
        registry.stop();

        CommandLineTest.Said said = doctor("");

        assertThat(said.exitCode()).isEqualTo(1);
        assertThat(said.out())
                .containsPattern("problem +good\\.test +127\\.0\\.0\\.1 refused .*; to do: check");
    }

    @Test
    void aWrongConfigurationIsExitCode2WithEveryMistake() throws IOException {
        CommandLineTest.Said said = doctor("log: {level: loud}\nhtp: {}", "-o", "json");

        assertThat(said.exitCode()).isEqualTo(2);
        JsonNode findings = JsonMapper.shared().readTree(said.out()).path("findings");
        assertThat(findings.size()).isEqualTo(2);
        assertThat(findings.path(0).path("state").asString()).isEqualTo("problem");
        assertThat(findings.path(0).path("where").asString()).isEqualTo("configuration");
        assertThat(findings.path(0).path("what").asString()).contains("log.level: 'loud'");
        assertThat(findings.path(1).path("what").asString()).contains("htp: unknown key");
    }
}
