package dev.tarn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What starts Tarn without its launcher, or names files of this project from outside.
class DockerfileTest {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Path DOCKER = Path.of("../docker");
    private static final Pattern ENTRYPOINT =
            Pattern.compile("^ENTRYPOINT (\\[.*?])$", Pattern.MULTILINE | Pattern.DOTALL);

    /// Of the Compose specification, those that are used.
    private static final Set<String> SERVICE_KEYS =
            Set.of(
                    "cap_drop",
                    "command",
                    "depends_on",
                    "environment",
                    "image",
                    "ports",
                    "read_only",
                    "restart",
                    "security_opt",
                    "stop_grace_period",
                    "volumes");

    @TempDir private Path folder = Path.of("");

    @Test
    void theImageRunsWhatTheLauncherRuns() throws Exception {
        Matcher entrypoint =
                ENTRYPOINT.matcher(
                        Files.readString(DOCKER.resolve("Dockerfile")).replace("\\\n", ""));
        assertThat(entrypoint.find()).isTrue();
        List<String> image =
                JSON.readTree(entrypoint.group(1)).valueStream().map(JsonNode::asString).toList();

        assertThat(launched()).isEqualTo(image);
    }

    @Test
    void theComposeFileUsesWhatIsThere() throws Exception {
        JsonNode compose = yaml(DOCKER.resolve("compose.yaml"));
        Set<String> volumes = new TreeSet<>(compose.path("volumes").propertyNames());

        assertThat(compose.propertyNames()).containsExactly("name", "services", "volumes");
        for (JsonNode service : compose.path("services")) {
            assertThat(service.propertyNames()).isSubsetOf(SERVICE_KEYS);
            for (JsonNode volume : service.path("volumes")) {
                String source = volume.asString().split(":", 2)[0];
                if (source.startsWith(".")) {
                    assertThat(DOCKER.resolve(source)).isRegularFile();
                } else {
                    assertThat(volumes).contains(source);
                }
            }
        }
    }

    @Test
    void prometheusInComposeReadsTheSameJobAndRules() throws Exception {
        JsonNode shipped = yaml(Path.of("../conf/prometheus/prometheus.yml"));
        JsonNode compose = yaml(DOCKER.resolve("prometheus/prometheus.yml"));

        assertThat(compose.path("rule_files")).isEqualTo(shipped.path("rule_files"));
        assertThat(compose.at("/scrape_configs/0/job_name"))
                .isEqualTo(shipped.at("/scrape_configs/0/job_name"));
    }

    /// What the launcher runs where it is installed, as if that were `/opt/tarn`.
    private List<String> launched() throws IOException, InterruptedException {
        Path installation = Files.createDirectory(folder.resolve("opt")).toRealPath();
        Files.copy(Path.of("../tarn"), installation.resolve("tarn"));
        Files.createDirectories(installation.resolve("app/lib"));
        Files.createFile(installation.resolve("app/tarn.aot"));
        Path java = installation.resolve("jre/bin/java");
        Files.createDirectories(java.getParent());
        Files.writeString(java, "#!/bin/sh\nprintf '%s\\n' \"$0\" \"$@\"\n");
        Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.writeString(installation.resolve("jre/release"), "JAVA_VERSION=\"25\"\n");
        Path out = folder.resolve("out");
        ProcessBuilder builder =
                new ProcessBuilder(installation.resolve("tarn").toString())
                        .redirectOutput(out.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("TARN_"));
        Process launcher = builder.start();
        assertThat(launcher.waitFor(20, TimeUnit.SECONDS)).isTrue();
        try (Stream<String> lines = Files.lines(out)) {
            return lines.map(line -> line.replace(installation.toString(), "/opt/tarn")).toList();
        }
    }

    private static JsonNode yaml(Path file) throws IOException {
        return JSON.valueToTree(
                new Load(LoadSettings.builder().build()).loadFromString(Files.readString(file)));
    }
}
