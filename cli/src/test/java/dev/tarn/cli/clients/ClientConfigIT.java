package dev.tarn.cli.clients;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.cli.setup.Client;
import dev.tarn.cli.setup.Edit;
import dev.tarn.cli.setup.MirrorAddress;
import dev.tarn.cli.setup.Wanted;
import dev.tarn.cli.setup.Wanted.Reach;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// `tarn client-config --write` sets up real clients, and `--undo` leaves nothing of it. The files
/// are those of a machine of their own, below a folder.
final class ClientConfigIT {
    private static final String IMAGE = Stage.REPOSITORY + ":" + Stage.IMAGE;

    private static final String DASHBOARD =
            """
            import { pathToFileURL } from "node:url";
            const [, module, address, ...upstreams] = process.argv;
            const make = await import(pathToFileURL(module));
            const mirror = make.parseMirrorAddress(address);
            console.log(JSON.stringify({
              docker: JSON.parse(make.dockerDaemon(mirror)),
              hosts: make.containerdHosts(mirror, "docker.io"),
              allHosts: make.containerdDefaultHosts(mirror),
              configPath: make.containerdConfigPath(),
              containers: make.containersRegistries(mirror, upstreams),
              k3s: make.k3sRegistries(mirror, upstreams),
              buildkit: make.buildkitd(mirror, upstreams),
            }));
            """;

    @Test
    void aRunningDockerPullsThroughTheMirror(TestInfo test) throws IOException {
        try (Stage stage = Stage.open(test)) {
            Path root = stage.folder("root");
            Path config = put(root, "etc/docker/daemon.json", "{ \"labels\": [\"mine=1\"] }");
            Map<String, String> before = everything(root);
            Dockerd dockerd = stage.dockerd(config);

            clientConfig(stage, root, "docker", "--write");
            dockerd.reload("http://" + stage.tarn().address() + "/");
            dockerd.pull("tarn-greeting:" + Stage.IMAGE);

            assertThat(dockerd.run("tarn-greeting:" + Stage.IMAGE)).isEqualTo("docker.io");
            assertPulled(stage, "docker/", "docker.io");
            clientConfig(stage, root, "docker", "--undo");
            assertThat(everything(root)).isEqualTo(before);
        }
    }

    @Test
    void containerdPullsForKubernetesThroughTheMirror(TestInfo test) throws IOException {
        try (Stage stage = Stage.open(test)) {
            Path root = stage.folder("root");
            String mine =
                    """
                    # mine
                    version = 2
                    [plugins]
                      [plugins."io.containerd.grpc.v1.cri".containerd]
                        snapshotter = "native" # works anywhere
                    """;
            put(root, "etc/containerd/config.toml", mine);
            Map<String, String> before = everything(root);

            clientConfig(stage, root, "containerd", "--write");
            KubernetesContainerd containerd = stage.containerd(root.resolve("etc/containerd"));

            assertThat(containerd.pull("docker.io/" + IMAGE))
                    .isEqualTo(stage.hub().images().digest(Stage.IMAGE));
            assertThat(containerd.pull("quay.io/" + IMAGE))
                    .isEqualTo(stage.quay().images().digest(Stage.IMAGE));
            assertThat(stage.quay().registry().blobFetches())
                    .hasSameElementsAs(stage.quay().images().blobs(Stage.IMAGE));
            assertPulled(stage, "containerd/", "quay.io", "docker.io");
            clientConfig(stage, root, "containerd", "--undo");
            assertThat(everything(root)).isEqualTo(before);
        }
    }

    @Test
    void podmanPullsThroughTheMirror(TestInfo test) throws IOException {
        try (Stage stage = Stage.open(test)) {
            Path root = stage.folder("root");
            Map<String, String> before = everything(root);

            clientConfig(stage, root, "podman", "--write");
            Path written = root.resolve("etc/containers/registries.conf.d/tarn.conf");
            Podman podman = new Podman(stage.folder("podman"), written);

            assertThat(podman.pull("docker.io/" + IMAGE))
                    .isEqualTo(stage.hub().images().digest(Stage.IMAGE));
            podman.removeAll();
            assertThat(podman.pull("quay.io/" + IMAGE))
                    .isEqualTo(stage.quay().images().digest(Stage.IMAGE));
            clientConfig(stage, root, "podman", "--undo");
            assertThat(everything(root)).isEqualTo(before);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"http://127.0.0.1:5000", "http://mirror.test:5000", "https://mirror.test"})
    void theDashboardSaysTheSame(String mirror, @TempDir Path folder) throws IOException {
        Path module =
                Files.copy(
                        TarnProcess.launcher()
                                .resolveSibling("http-server/src/main/resources/dev/tarn/admin/ui")
                                .resolve("client-configurations.js"),
                        folder.resolve("client-configurations.mjs"),
                        StandardCopyOption.REPLACE_EXISTING);
        List<String> registries = List.of("docker.io", "quay.io", "registry.test:5000");
        JsonNode dashboard =
                JsonMapper.shared()
                        .readTree(
                                Command.of("node", "--input-type=module", "--eval", DASHBOARD)
                                        .and(module.toString(), mirror)
                                        .and(registries.toArray(String[]::new))
                                        .run());

        MirrorAddress address = MirrorAddress.of(URI.create(mirror)).orElseThrow();
        Wanted each = new Wanted(address, registries, "docker.io", Reach.EACH);
        Wanted all = new Wanted(address, registries, "docker.io", Reach.ALL);
        assertThat(JsonMapper.shared().readTree(text(Client.DOCKER, each, "daemon.json")))
                .isEqualTo(dashboard.path("docker"));
        assertThat(text(Client.CONTAINERD, each, "docker.io/hosts.toml"))
                .isEqualTo(dashboard.path("hosts").asString());
        assertThat(text(Client.CONTAINERD, all, "_default/hosts.toml"))
                .isEqualTo(dashboard.path("allHosts").asString());
        assertThat(text(Client.CONTAINERD, each, "config.toml"))
                .isEqualTo(dashboard.path("configPath").asString());
        assertThat(text(Client.PODMAN, each, "tarn.conf"))
                .isEqualTo(text(Client.CRIO, each, "tarn.conf"))
                .isEqualTo(dashboard.path("containers").asString());
        assertThat(text(Client.K3S, each, "registries.yaml"))
                .isEqualTo(dashboard.path("k3s").asString());
        assertThat(text(Client.BUILDKIT, each, "buildkitd.toml"))
                .isEqualTo(dashboard.path("buildkit").asString());
    }

    private static void clientConfig(Stage stage, Path root, String client, String what)
            throws IOException {
        stage.tarn()
                .command("client-config", "--for", client, what, "--root", root.toString())
                .run();
    }

    /// The latest first.
    private static void assertPulled(Stage stage, String agent, String... upstreams)
            throws IOException {
        JsonNode ended = stage.tarn().api("pulls").path("ended");
        assertThat(ended.valueStream().map(it -> it.path("upstream").asString()))
                .containsExactly(upstreams);
        assertThat(ended)
                .allSatisfy(pull -> {
                    assertThat(pull.path("outcome").asString()).isEqualTo("complete");
                    assertThat(pull.path("agent").asString()).startsWith(agent);
                });
    }

    /// What the command says that belongs in the file.
    private static String text(Client client, Wanted wanted, String file) {
        return client.snippets(wanted).edits().stream()
                .filter(it -> it.path().endsWith("/" + file))
                .map(Edit::snippet)
                .findFirst()
                .orElseThrow();
    }

    private static Path put(Path root, String path, String text) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
    }

    /// Each path with its mode, and what a file holds.
    private static Map<String, String> everything(Path root) throws IOException {
        Map<String, String> all = new TreeMap<>();
        try (Stream<Path> tree = Files.walk(root)) {
            for (Path path : tree.toList()) {
                String mode = PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
                all.put(
                        root.relativize(path).toString(),
                        mode + (Files.isDirectory(path) ? "" : Files.readString(path)));
            }
        }
        return all;
    }
}
