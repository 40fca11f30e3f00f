package dev.tarn.cli.setup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tarn.cli.setup.Wanted.Reach;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What becomes of files that people have written: what is new, between what was there.
class EditTest {

    private static final Wanted WANTED = wanted("http://mirror.test:5000", "docker.io", "quay.io");

    static Wanted wanted(String mirror, String... registries) {
        MirrorAddress address = MirrorAddress.of(URI.create(mirror)).orElseThrow();
        return new Wanted(address, List.of(registries), "docker.io", Reach.EACH);
    }

    private static String edited(Client client, String path, String text) {
        Plan plan = client.plan(WANTED, asked -> asked.equals(path) ? text : "");
        return plan.edits().stream()
                .filter(it -> it.path().equals(path))
                .map(it -> it.change().apply(text))
                .findFirst()
                .orElse(text);
    }

    private static String docker(String text) {
        return edited(Client.DOCKER, "/etc/docker/daemon.json", text);
    }

    private static String containerd(String text) {
        return edited(Client.CONTAINERD, "/etc/containerd/config.toml", text);
    }

    private static String hosts(String text) {
        return edited(Client.CONTAINERD, "/etc/containerd/certs.d/quay.io/hosts.toml", text);
    }

    private static String k3s(String text) {
        return edited(Client.K3S, "/etc/rancher/k3s/registries.yaml", text);
    }

    private static String buildkit(String text) {
        return edited(Client.BUILDKIT, "/etc/buildkit/buildkitd.toml", text);
    }

    @Test
    void dockerKeepsItsOtherSettingsAsTheyAre() {
        assertThat(
                        docker(
                                """
                                {
                                    "log-opts": {"max-size": "10m", "registry-mirrors": []},
                                    "registry-mirrors": [
                                        "https://mine.test"
                                    ],
                                    "x": 1.50
                                }
                                """))
                .isEqualTo(
                        """
                        {
                            "insecure-registries": ["mirror.test:5000"],
                            "log-opts": {"max-size": "10m", "registry-mirrors": []},
                            "registry-mirrors": [
                                "http://mirror.test:5000",
                                "https://mine.test"
                            ],
                            "x": 1.50
                        }
                        """);
        assertThat(docker("{\"a\": 1}"))
                .isEqualTo(
                        "{\"registry-mirrors\": [\"http://mirror.test:5000\"],"
                                + " \"insecure-registries\": [\"mirror.test:5000\"], \"a\": 1}");
    }

    @Test
    void containerdOfVersion2And3NamesItsPlugin() {
        String debian =
                """
                version = 2

                [plugins]
                  [plugins."io.containerd.grpc.v1.cri"]
                    [plugins."io.containerd.grpc.v1.cri".cni]
                      bin_dir = "/usr/lib/cni" # Debian's
                """;
        assertThat(containerd(debian))
                .isEqualTo(
                        debian
                                + """

                                [plugins."io.containerd.grpc.v1.cri".registry]
                                  config_path = "/etc/containerd/certs.d"
                                """);
        assertThat(containerd("version = 3\n"))
                .endsWith(
                        """

                        [plugins."io.containerd.cri.v1.images".registry]
                          config_path = "/etc/containerd/certs.d"
                        """);
    }

    @Test
    void containerdSaysWhereHostsAreInTheTableThatIsThere() {
        assertThat(
                        containerd(
                                """
                                version = 2
                                    [plugins.'io.containerd.grpc.v1.cri'.registry] # ours
                                      config_path = "" # none

                                      [plugins.'io.containerd.grpc.v1.cri'.registry.mirrors]
                                """))
                .isEqualTo(
                        """
                        version = 2
                            [plugins.'io.containerd.grpc.v1.cri'.registry] # ours
                              config_path = "/etc/containerd/certs.d" # none

                              [plugins.'io.containerd.grpc.v1.cri'.registry.mirrors]
                        """);
        assertThat(
                        containerd(
                                """
                                version = 2
                                  [plugins."io.containerd.grpc.v1.cri".registry]
                                [debug]
                                """))
                .contains(".registry]\n    config_path = \"/etc/containerd/certs.d\"\n[debug]");
    }

    @Test
    void containerdIsGivenHostsWhereItLooksForThem() {
        String config =
                """
                version = 2
                [plugins."io.containerd.grpc.v1.cri".registry]
                config_path = "/srv/certs.d:/etc/docker/certs.d"
                """;
        assertThat(Client.CONTAINERD.plan(WANTED, path -> path.contains("config") ? config : ""))
                .satisfies(plan ->
                        assertThat(plan.edits())
                                .extracting(Edit::path)
                                .containsExactly(
                                        "/srv/certs.d/docker.io/hosts.toml",
                                        "/srv/certs.d/quay.io/hosts.toml"));
    }

    @Test
    void containerdWithMirrorsOfTheOldKindIsLeftAlone() {
        String config =
                """
                version = 2
                [plugins."io.containerd.grpc.v1.cri".registry.mirrors."docker.io"]
                  endpoint = ["https://mine.test"]
                """;
        assertThatThrownBy(() -> containerd(config))
                .isInstanceOf(SetupException.class)
                .hasMessage(
                        "/etc/containerd/config.toml:2:1: registry.mirrors and hosts.toml do not go"
                                + " together; move what is here to /etc/containerd/certs.d");
    }

    @Test
    void containerdWithoutKubernetesIsToldNothingOfIt() {
        String docker = "disabled_plugins = [\"cri\"]\n";

        assertThat(containerd(docker)).isEqualTo(docker);
        assertThat(Client.CONTAINERD.plan(WANTED, _ -> docker).notes()).hasSize(1);
    }

    @Test
    void theMirrorComesBeforeTheHostsThatAreThere() {
        assertThat(
                        hosts(
                                """
                                server = "https://quay.io"

                                # in Berlin
                                [host."https://mine.test"]
                                  capabilities = ["pull"]
                                """))
                .isEqualTo(
                        """
                        server = "https://quay.io"

                        [host."http://mirror.test:5000"]
                          capabilities = ["pull", "resolve"]

                        # in Berlin
                        [host."https://mine.test"]
                          capabilities = ["pull"]
                        """);
        String ours = hosts("");
        assertThat(hosts(ours)).isEqualTo(ours);
    }

    @Test
    void k3sHasTheMirrorAsTheFirstEndpoint() {
        assertThat(
                        k3s(
                                """
                                # ours
                                mirrors:
                                  docker.io: # the hub
                                    endpoint:
                                    - "https://mine.test"
                                configs:
                                  "mine.test": {auth: {username: u}}
                                """))
                .isEqualTo(
                        """
                        # ours
                        mirrors:
                          quay.io:
                            endpoint:
                              - "http://mirror.test:5000"
                          docker.io: # the hub
                            endpoint:
                            - "http://mirror.test:5000"
                            - "https://mine.test"
                        configs:
                          "mine.test": {auth: {username: u}}
                        """);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "# nothing\n",
                "configs: {}",
                "mirrors: # none\nconfigs: {}\n",
                "mirrors: {}\n",
                "{mirrors: {}}\n",
                "{configs: {}}\n",
                "{}\n",
                "mirrors: {docker.io: {endpoint: []}, x: }\n",
                "mirrors: {docker.io: {endpoint: ['https://a.test']}}\n",
                "mirrors:\n    docker.io:\n    x: {}\n",
                "mirrors:\n  docker.io:\n    endpoint: # none\n",
                "mirrors:\n  docker.io:\n    rewrite:\n      a: b\n",
                "mirrors:\r\n  quay.io:\r\n    endpoint: [a]\r\n",
                "a: \"\uD83D\uDC33\"\nmirrors:\n  \"*\":\n    endpoint:\n      - a\n"
            })
    void k3sIsEditedInEveryShape(String text) { // what comes out is checked where it is made
        String edited = k3s(text);

        assertThat(edited).isNotEqualTo(text).contains("http://mirror.test:5000");
        assertThat(k3s(edited)).isEqualTo(edited);
    }

    @Test
    void k3sFilesThatAreHardToEditAreLeftAlone() {
        assertThatThrownBy(() -> k3s("a: &x {endpoint: []}\nmirrors: {docker.io: *x}\n"))
                .isInstanceOf(SetupException.class)
                .hasMessageContaining("/etc/rancher/k3s/registries.yaml:1:1: cannot be edited");
    }

    @Test
    void buildkitHasTheMirrorFirst() {
        assertThat(
                        buildkit(
                                """
                                debug = true
                                [registry."docker.io"]
                                  mirrors = [
                                    "mine.test", # ours
                                  ]
                                  http = false
                                [worker.oci]
                                  x = '''[registry."quay.io"]'''
                                """))
                .isEqualTo(
                        """
                        debug = true
                        [registry."docker.io"]
                          mirrors = [
                            "mirror.test:5000",
                            "mine.test", # ours
                          ]
                          http = false
                        [worker.oci]
                          x = '''[registry."quay.io"]'''

                        [registry."quay.io"]
                          mirrors = ["mirror.test:5000"]

                        [registry."mirror.test:5000"]
                          http = true
                        """);
    }

    @Test
    void aMirrorWithTlsIsNotCalledInsecure() {
        Wanted tls = wanted("https://mirror.test", "docker.io");

        for (Client client : Client.values()) {
            assertThat(client.snippets(tls).edits())
                    .allSatisfy(
                            edit -> assertThat(edit.snippet()).doesNotContain("insecure", "http ="))
                    .anySatisfy(edit -> assertThat(edit.snippet()).contains("mirror.test"));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ftp://a.test",
                "http://a.test/b",
                "http://u@a.test",
                "http://a.test?b",
                "http:///b",
                "a.test:5000"
            })
    void anAddressThatClientsCannotUseIsNone(String uri) {
        assertThat(MirrorAddress.of(URI.create(uri))).isEmpty();
    }
}
