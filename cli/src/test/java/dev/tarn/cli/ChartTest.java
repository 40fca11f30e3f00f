package dev.tarn.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tarn.config.ConfigReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/// The Helm chart, rendered by Helm itself, and the manifests beside it.
class ChartTest {

    private static final Path VALUES = Path.of("src/test/resources/chart");

    @TempDir private Path folder = Path.of("");

    static List<String> values() throws IOException {
        try (Stream<Path> files = Files.list(VALUES)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void thereAreAtLeastTwelveSetsOfValues() throws Exception {
        assertThat(values()).hasSizeGreaterThanOrEqualTo(12);
    }

    @ParameterizedTest
    @MethodSource("values")
    void whatItRendersIsValidAndSafe(String values) throws Exception {
        Chart chart = chart(Files.readString(VALUES.resolve(values)));

        assertThat(chart.lint().isFailed()).as(chart.lint().toString()).isFalse();
        List<KubernetesObject> objects = chart.objects();
        for (KubernetesObject object : objects) {
            object.validate();
            assertThat(object.json().at("/metadata/namespace").asString()).isEqualTo("tarn");
        }
        assertThat(objects)
                .extracting(KubernetesObject::kind)
                .contains("ConfigMap", "Service")
                .containsAnyOf("StatefulSet", "DaemonSet");
        JsonNode pod = workload(objects).at("/spec/template/spec");
        assertRestricted(pod);
        assertEveryMountHasItsVolume(workload(objects), pod);
        assertTarnReadsTheConfiguration(objects);
    }

    @Test
    void aStatefulSetHasAVolumeTwoServicesAndABudget() throws Exception {
        List<KubernetesObject> objects = chart("{}").objects();

        assertThat(objects)
                .extracting(KubernetesObject::kind)
                .containsExactlyInAnyOrder(
                        "ServiceAccount",
                        "ConfigMap",
                        "Service",
                        "Service",
                        "PodDisruptionBudget",
                        "StatefulSet");
        JsonNode set = workload(objects);
        assertThat(set.at("/spec/volumeClaimTemplates/0/spec/resources/requests/storage"))
                .hasToString("\"100Gi\"");
        JsonNode tarn = set.at("/spec/template/spec/containers/0");
        assertThat(tarn.at("/livenessProbe/httpGet/path").asString()).isEqualTo("/livez");
        assertThat(tarn.at("/readinessProbe/httpGet/path").asString()).isEqualTo("/readyz");
        assertThat(tarn.at("/ports/0/hostPort").isMissingNode()).isTrue();
    }

    @Test
    void aDaemonSetIsReachedThroughItsNodeOnly() throws Exception {
        JsonNode tarn =
                workload(chart("mode: daemonset").objects()).at("/spec/template/spec/containers/0");

        assertThat(tarn.at("/ports/0/hostPort").asInt()).isEqualTo(5000);
        assertThat(tarn.at("/ports/0/hostIP").asString()).isEqualTo("127.0.0.1");
    }

    @Test
    void whoeverReadsTheConfigurationHasTheFilesThatItNames() throws Exception {
        JsonNode pod =
                workload(chart("{mode: daemonset, existingSecret: registry-logins}").objects())
                        .at("/spec/template/spec");

        for (String containers : List.of("initContainers", "containers")) {
            assertThat(pod.path(containers).path(0).path("volumeMounts").valueStream())
                    .extracting(mount -> mount.path("mountPath").asString())
                    .contains("/etc/tarn", "/run/secrets/tarn");
        }
    }

    @Test
    void whatIsNoModeIsRefused() throws Exception {
        assertThatThrownBy(chart("mode: deployment")::render)
                .hasMessageContaining("mode: statefulset or daemonset, not \"deployment\"");
    }

    @Test
    void theManifestsAreWhatTheChartRenders() throws Exception {
        for (String mode : List.of("statefulset", "daemonset")) {
            Path shipped = Path.of("../docker/kubernetes", mode + ".yaml");
            String rendered =
                    """
                    # What docker/helm/tarn renders with mode=%s, for: kubectl apply -n tarn -f
                    %s\
                    """
                            .formatted(
                                    mode,
                                    Chart.with(
                                                    "mode: " + mode,
                                                    Files.createDirectory(folder.resolve(mode)))
                                            .render());
            Path target =
                    Files.writeString(
                            Files.createDirectories(Path.of("target/kubernetes"))
                                    .resolve(mode + ".yaml"),
                            rendered);

            assertThat(shipped)
                    .as("cp cli/%s docker/kubernetes", target)
                    .exists()
                    .hasContent(rendered);
        }
    }

    private Chart chart(String values) throws IOException {
        return Chart.with(values, folder);
    }

    private static JsonNode workload(List<KubernetesObject> objects) {
        return objects.stream()
                .filter(object -> object.kind().endsWith("Set"))
                .findFirst()
                .orElseThrow()
                .json();
    }

    /// What the Pod Security Standard `restricted` asks of all that serves.
    private static void assertRestricted(JsonNode pod) {
        JsonNode tarn = pod.at("/containers/0/securityContext");
        assertThat(pod.at("/securityContext/runAsNonRoot").asBoolean()).isTrue();
        assertThat(pod.at("/securityContext/runAsUser").asInt()).isPositive();
        assertThat(pod.at("/securityContext/seccompProfile/type").asString())
                .isEqualTo("RuntimeDefault");
        assertThat(tarn.path("allowPrivilegeEscalation").asBoolean(true)).isFalse();
        assertThat(tarn.path("readOnlyRootFilesystem").asBoolean()).isTrue();
        assertThat(tarn.at("/capabilities/drop/0").asString()).isEqualTo("ALL");
        assertThat(tarn.at("/capabilities/add").isMissingNode()).isTrue();
        assertThat(pod.path("automountServiceAccountToken").asBoolean(true)).isFalse();
    }

    private static void assertEveryMountHasItsVolume(JsonNode workload, JsonNode pod) {
        List<String> volumes =
                Stream.concat(
                                pod.path("volumes").valueStream().map(it -> it.path("name")),
                                workload.at("/spec/volumeClaimTemplates")
                                        .valueStream()
                                        .map(it -> it.at("/metadata/name")))
                        .map(JsonNode::asString)
                        .toList();
        assertThat(volumes).doesNotHaveDuplicates();
        for (String containers : List.of("initContainers", "containers")) {
            for (JsonNode container : pod.path(containers)) {
                for (JsonNode mount : container.path("volumeMounts")) {
                    assertThat(volumes).contains(mount.path("name").asString());
                }
            }
        }
    }

    private void assertTarnReadsTheConfiguration(List<KubernetesObject> objects)
            throws IOException {
        String config =
                objects.stream()
                        .filter(object -> object.kind().equals("ConfigMap"))
                        .map(object -> object.json().at("/data/tarn.yaml").asString())
                        .findFirst()
                        .orElseThrow();
        Path file = Files.writeString(folder.resolve("rendered-tarn.yaml"), config);
        for (String secret : List.of("password")) {
            Path value = Files.writeString(folder.resolve(secret), "a-long-random-text");
            Files.writeString(
                    file,
                    Files.readString(file)
                            .replace("/run/secrets/tarn/" + secret, value.toString()));
        }
        ConfigReader.read(Optional.of(file), Map.of());
    }
}
