package dev.tarn.cli.setup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.cli.setup.Wanted.Reach;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `conf/clients` says what `tarn client-config` says, with comments.
class ShippedSnippetsTest {

    private static final Path SHIPPED = Path.of("..", "conf", "clients");
    private static final Wanted WANTED =
            EditTest.wanted(
                    "http://127.0.0.1:5000", "docker.io", "ghcr.io", "quay.io", "registry.k8s.io");

    @ParameterizedTest
    @CsvSource({
        "DOCKER, EACH, docker-daemon.json, /etc/docker/daemon.json",
        "CONTAINERD, EACH, containerd/docker.io/hosts.toml,"
                + " /etc/containerd/certs.d/docker.io/hosts.toml",
        "CONTAINERD, ALL, containerd/_default/hosts.toml,"
                + " /etc/containerd/certs.d/_default/hosts.toml",
        "PODMAN, EACH, registries.conf, /etc/containers/registries.conf.d/tarn.conf",
        "CRIO, EACH, registries.conf, /etc/containers/registries.conf.d/tarn.conf",
        "K3S, EACH, k3s-registries.yaml, /etc/rancher/k3s/registries.yaml",
        "BUILDKIT, EACH, buildkitd.toml, /etc/buildkit/buildkitd.toml"
    })
    void bothSayTheSame(Client client, Reach reach, String shipped, String path)
            throws IOException {
        Wanted wanted =
                new Wanted(WANTED.mirror(), WANTED.registries(), WANTED.defaultRegistry(), reach);

        assertThat(client.snippets(wanted).edits())
                .filteredOn(it -> it.path().equals(path))
                .singleElement()
                .satisfies(it ->
                        assertThat(withoutComments(it.snippet()))
                                .isEqualTo(
                                        withoutComments(
                                                Files.readString(SHIPPED.resolve(shipped)))));
    }

    private static String withoutComments(String text) {
        return text.lines()
                .map(line -> line.replaceFirst("(^| )#.*", "").stripTrailing())
                .filter(line -> !line.isEmpty())
                .collect(Collectors.joining("\n"));
    }
}
