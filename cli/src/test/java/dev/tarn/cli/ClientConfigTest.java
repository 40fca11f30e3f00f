package dev.tarn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.cli.CommandLineTest.Said;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// `tarn client-config`: what it writes, and that nothing of it stays.
class ClientConfigTest {

    private static final String DAEMON_JSON = "/etc/docker/daemon.json";

    @TempDir private Path folder = Path.of("");
    private Path root = Path.of("");

    @BeforeEach
    void machine() throws IOException {
        root = Files.createDirectory(folder.resolve("root"));
    }

    private Said tarn(String client, String... arguments) {
        List<String> all = new ArrayList<>(List.of("client-config", "--for", client));
        all.addAll(List.of("--root", root.toString()));
        all.addAll(List.of(arguments));
        return CommandLineTest.tarn(all.toArray(String[]::new));
    }

    private Path file(String path) {
        return root.resolve(path.substring(1));
    }

    private void put(String path, String text) throws IOException {
        Files.createDirectories(file(path).getParent());
        Files.writeString(file(path), text);
        Files.setPosixFilePermissions(file(path), PosixFilePermissions.fromString("rw-r-----"));
    }

    private String text(String path) throws IOException {
        return Files.readString(file(path));
    }

    /// Everything on the machine: each path with its mode, and what a file holds.
    private Map<String, String> everything() throws IOException {
        Map<String, String> all = new TreeMap<>();
        try (Stream<Path> tree = Files.walk(root)) {
            tree.forEach(path -> all.put(path.toString(), modeAndText(path)));
        }
        return all;
    }

    private static String modeAndText(Path path) {
        try {
            String mode = PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
            return mode + (Files.isDirectory(path) ? "" : Files.readString(path));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"docker", "containerd", "podman", "crio", "k3s", "buildkit"})
    void anEmptyMachineIsSetUpAndEmptyAgain(String client) throws IOException {
        Map<String, String> before = everything();
        Said written = tarn(client, "--write");
        assertThat(written.err()).isEmpty();
        assertThat(written.exitCode()).isZero();
        assertThat(written.out()).contains(" written ");
        Map<String, String> set = everything();
        assertThat(set).hasSizeGreaterThan(before.size() + 2);

        Said again = tarn(client, "--write");
        assertThat(again.exitCode()).isZero();
        assertThat(again.out()).contains(" unchanged ").doesNotContain(" written ", "Next:");
        assertThat(everything()).isEqualTo(set);

        Said undone = tarn(client, "--undo");
        assertThat(undone.exitCode()).isZero();
        assertThat(undone.out()).contains(" removed ");
        assertThat(everything()).isEqualTo(before);
        assertThat(tarn(client, "--undo").exitCode()).isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    docker     | /etc/docker/daemon.json                     | {"debug":  true}
                    containerd | /etc/containerd/config.toml                 | version =  2 # mine
                    containerd | /etc/containerd/certs.d/quay.io/hosts.toml  | server =  "https://quay.io" # mine
                    podman     | /etc/containers/registries.conf.d/tarn.conf | unqualified-search-registries =  []
                    crio       | /etc/containers/registries.conf.d/tarn.conf | unqualified-search-registries =  []
                    k3s        | /etc/rancher/k3s/registries.yaml            | configs:  {} # mine
                    buildkit   | /etc/buildkit/buildkitd.toml                | debug =  true # mine
                    """)
    void whatWasThereComesBackByteForByte(String client, String path, String text)
            throws IOException {
        put(path, text);
        Map<String, String> before = everything();

        Said written = tarn(client, "--write");
        assertThat(written.err()).isEmpty();
        assertThat(text(path)).isNotEqualTo(text);
        assertThat(modeAndText(file(path))).startsWith("rw-r-----");
        assertThat(modeAndText(file(path + ".before-tarn"))).isEqualTo("rw-r-----" + text);
        assertThat(tarn(client, "--write").out()).doesNotContain(" written ");
        assertThat(text(path + ".before-tarn")).isEqualTo(text);

        assertThat(tarn(client, "--undo").out()).contains(" restored ");
        assertThat(everything()).isEqualTo(before);
    }

    @Test
    void anotherMirrorTakesThePlaceOfTheFirst() throws IOException {
        String mine = "{\"registry-mirrors\": [\"https://mine.test\"]}";
        put(DAEMON_JSON, mine);
        tarn("docker", "--write", "--mirror", "http://one.test:5000");
        tarn("docker", "--write", "--mirror", "http://two.test:5000/");

        assertThat(JsonMapper.shared().readTree(text(DAEMON_JSON)))
                .isEqualTo(
                        JsonMapper.shared()
                                .readTree(
                                        """
                                        {"registry-mirrors": ["http://two.test:5000", "https://mine.test"],
                                         "insecure-registries": ["two.test:5000"]}
                                        """));
        assertThat(text(DAEMON_JSON + ".before-tarn")).isEqualTo(mine);
        assertThat(tarn("docker", "--undo").out()).contains("Next: systemctl restart docker");
        assertThat(text(DAEMON_JSON)).isEqualTo(mine);
    }

    @Test
    void whatIsNoLongerWantedGoes() throws IOException {
        tarn("containerd", "--write");
        Said said = tarn("containerd", "--write", "--default");

        assertThat(said.out()).contains("/_default/hosts.toml", " removed ");
        assertThat(file("/etc/containerd/certs.d/quay.io")).doesNotExist();
        assertThat(tarn("containerd", "--undo").exitCode()).isZero();
        assertThat(file("/etc")).doesNotExist();
    }

    @Test
    void aFileThatSomebodyElseHasChangedIsNotRestored() throws IOException {
        put(DAEMON_JSON, "{}");
        tarn("docker", "--write");
        Files.writeString(file(DAEMON_JSON), text(DAEMON_JSON).replace("{", "{\"debug\": true,"));
        Map<String, String> changed = everything();

        Said refused = tarn("docker", "--undo");
        assertThat(refused)
                .isEqualTo(
                        new Said(
                                1,
                                "",
                                "tarn: /etc/docker/daemon.json: somebody else has changed this"
                                        + " since; --force has it as it was before\n"));
        assertThat(everything()).isEqualTo(changed);

        assertThat(tarn("docker", "--write", "--mirror", "https://other.test").exitCode()).isZero();
        assertThat(text(DAEMON_JSON)).contains("debug", "https://other.test");
        assertThat(tarn("docker", "--undo").exitCode()).isEqualTo(1);

        assertThat(tarn("docker", "--undo", "--force").exitCode()).isZero();
        assertThat(text(DAEMON_JSON)).isEqualTo("{}");
        assertThat(file(DAEMON_JSON + ".before-tarn")).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    docker     | /etc/docker/daemon.json                    | {"debug": tru}                    | :1:1\\d: is not JSON
                    docker     | /etc/docker/daemon.json                    | {"a": 1, "a": 2}                  | :1:1\\d: is not JSON
                    docker     | /etc/docker/daemon.json                    | {} {}                             | :1:\\d: here the end
                    docker     | /etc/docker/daemon.json                    | []                                | :1:\\d: here an object
                    docker     | /etc/docker/daemon.json                    | {"registry-mirrors": "mine"}      | :1:\\d+: here an array
                    docker     | /etc/docker/daemon.json                    | {"registry-mirrors": [[]]}        | :1:\\d+: here a text
                    containerd | /etc/containerd/config.toml                | version = = 2                     | :1:1\\d: is not TOML
                    containerd | /etc/containerd/config.toml                | root = "/x"                       | :1:1: a configuration of version 1
                    containerd | /etc/containerd/certs.d/quay.io/hosts.toml | server =                          | :1:\\d+: is not TOML
                    k3s        | /etc/rancher/k3s/registries.yaml           | mirrors: {a: ]                    | :1:14: is not YAML
                    k3s        | /etc/rancher/k3s/registries.yaml           | mirrors: [a]                      | :1:1: mirrors is no mapping
                    buildkit   | /etc/buildkit/buildkitd.toml               | [registry                         | :1:1?\\d: is not TOML
                    buildkit   | /etc/buildkit/buildkitd.toml               | registry = {"quay.io" = {}}       | :1:1: cannot be edited
                    """)
    void aFileThatIsNotUnderstoodChangesNothing(String client, String path, String text, String why)
            throws IOException {
        put(path, text);
        Map<String, String> before = everything();

        Said said = tarn(client, "--write");
        assertThat(said.exitCode()).isEqualTo(1);
        assertThat(said.err()).containsPattern("^tarn: " + path + why).hasLineCount(1);
        assertThat(everything()).isEqualTo(before);
    }

    @Test
    void aLinkStaysALink() throws IOException {
        put("/etc/elsewhere.json", "{}");
        Files.createDirectories(file("/etc/docker"));
        Files.createSymbolicLink(file(DAEMON_JSON), file("/etc/elsewhere.json"));

        assertThat(tarn("docker", "--write").err()).contains(DAEMON_JSON + ": is a symbolic link");
        assertThat(file(DAEMON_JSON)).isSymbolicLink();
    }

    @Test
    void aWriteThatWasInterruptedIsUndone() throws IOException {
        put(DAEMON_JSON, "{}");
        Map<String, String> before = everything();
        tarn("docker", "--write");
        Files.writeString(file(DAEMON_JSON), "{}"); // as before the last step

        assertThat(tarn("docker", "--undo").exitCode()).isZero();
        assertThat(everything()).isEqualTo(before);
    }

    @Test
    void aBackupOfSomebodyElseIsNotLost() throws IOException {
        put(DAEMON_JSON, "{}");
        put(DAEMON_JSON + ".before-tarn", "mine");

        assertThat(tarn("docker", "--write").err()).contains(".before-tarn: is in the way");
        assertThat(text(DAEMON_JSON)).isEqualTo("{}");
    }

    @Test
    void itOnlySaysWhatToPutWhereUnlessToldToWrite() throws IOException {
        Said said = tarn("docker", "--mirror", "http://mirror.test:5000");

        assertThat(said.exitCode()).isZero();
        assertThat(said.out())
                .contains(DAEMON_JSON, "\"registry-mirrors\": [\"http://mirror.test:5000\"]")
                .contains("\"insecure-registries\": [\"mirror.test:5000\"]")
                .contains("Next: systemctl reload docker");
        assertThat(file("/etc")).doesNotExist();
    }

    @Test
    void jsonHasTheTextAndTheResult() {
        JsonNode said = JsonMapper.shared().readTree(tarn("k3s", "-o", "json").out());
        assertThat(said.path("client").asString()).isEqualTo("k3s");
        assertThat(said.path("mirror").asString()).isEqualTo("http://127.0.0.1:5000");
        assertThat(said.path("files").path(0).path("text").asString()).startsWith("mirrors:\n");

        JsonNode done = JsonMapper.shared().readTree(tarn("k3s", "--write", "-o", "json").out());
        assertThat(done.path("files").path(0).path("result").asString()).isEqualTo("written");
        assertThat(done.path("next")).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "client-config",
                "client-config --for cri-o",
                "client-config --for docker --write --undo",
                "client-config --for docker --force",
                "client-config --for docker --default",
                "client-config --for docker --mirror http://mirror.test/path"
            })
    void aMistakeOnTheCommandLineIs2(String line) {
        assertThat(CommandLineTest.tarn(line.split(" ")).exitCode()).isEqualTo(2);
    }

    @Test
    void dockerIsNotSentToAMirrorThatTakesItToMeanAnotherRegistry() throws IOException {
        Path config =
                Files.writeString(
                        folder.resolve("tarn.yaml"),
                        "{default-upstream: quay.io, upstreams: {docker.io: {}, quay.io: {}}}");
        Said said = tarn("docker", "--write", "-c", config.toString());

        assertThat(said.exitCode()).isEqualTo(1);
        assertThat(said.err()).contains("default-upstream has to be docker.io, and is quay.io");
        assertThat(file("/etc")).doesNotExist();
    }
}
