package dev.tarn.cli.clients;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.cli.Manifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import tools.jackson.databind.JsonNode;

/// The init step of the DaemonSet, with the arguments and the rights that the manifest gives it,
/// sets up the containerd of a node.
final class DaemonSetInitIT {
    private static final String HUB = "docker.io/" + Stage.REPOSITORY + ":" + Stage.IMAGE;
    private static final String CONFIG = "version = 2\n";

    @Test
    void aNodesContainerdPullsThroughItsMirrorAfterIt(TestInfo test) throws Exception {
        try (Stage stage = Stage.open(test)) {
            Dockerd dockerd = stage.dockerd();
            TarnImage.build(dockerd);
            Path etc = stage.folder("etc-containerd");
            Files.writeString(etc.resolve("config.toml"), CONFIG);
            JsonNode step = Manifest.read("daemonset").at("/spec/template/spec/initContainers/0");
            assertThat(step.at("/securityContext/capabilities/drop/0").asString()).isEqualTo("ALL");

            run(stage, dockerd, etc, step, List.of());
            Map<String, String> written = files(etc);
            assertThat(written).containsKey("certs.d/docker.io/hosts.toml");
            run(stage, dockerd, etc, step, List.of());
            assertThat(files(etc)).as("after a second run").isEqualTo(written);

            KubernetesContainerd containerd = stage.containerd(etc);
            assertThat(containerd.pull(HUB)).isEqualTo(stage.hub().images().digest(Stage.IMAGE));
            assertThat(stage.hub().registry().blobFetches())
                    .hasSameElementsAs(stage.hub().images().blobs(Stage.IMAGE));

            run(stage, dockerd, etc, step, List.of("--undo"));
            assertThat(files(etc)).containsEntry("config.toml", CONFIG);
            assertThat(files(etc)).doesNotContainKey("certs.d/docker.io/hosts.toml");
        }
    }

    /// Only the port is another one than the manifest's, and `--write` what undoes it.
    private static void run(
            Stage stage, Dockerd dockerd, Path etc, JsonNode step, List<String> instead)
            throws IOException {
        Path config =
                Files.writeString(
                        stage.folder("config").resolve("tarn.yaml"),
                        "upstreams: {docker.io: {}, quay.io: {}}");
        List<String> command =
                new ArrayList<>(
                        List.of(
                                "run",
                                "--rm",
                                "--read-only",
                                "--network=none",
                                "--cap-drop=ALL",
                                "--security-opt=no-new-privileges",
                                "--user=" + step.at("/securityContext/runAsUser").asInt(),
                                "--volume=" + config.getParent() + ":/etc/tarn:ro",
                                "--volume=" + etc + ":" + mountPath(step),
                                TarnImage.NAME));
        for (JsonNode argument : step.path("args")) {
            String text = argument.asString().replace("127.0.0.1:5000", stage.tarn().address());
            if (text.equals("--write") && !instead.isEmpty()) {
                command.addAll(instead);
            } else {
                command.add(text);
            }
        }
        dockerd.docker(command.toArray(String[]::new));
    }

    private static String mountPath(JsonNode step) {
        return step.path("volumeMounts")
                .valueStream()
                .filter(mount -> mount.path("name").asString().equals("containerd"))
                .map(mount -> mount.path("mountPath").asString())
                .findFirst()
                .orElseThrow();
    }

    private static Map<String, String> files(Path folder) throws IOException {
        Map<String, String> files = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : (Iterable<Path>) paths.filter(Files::isRegularFile)::iterator) {
                files.put(folder.relativize(path).toString(), Files.readString(path));
            }
        }
        return files;
    }
}
