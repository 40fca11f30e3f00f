package dev.tarn.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.oci.RegistryHost;
import dev.tarn.oci.Secret;
import dev.tarn.upstream.Credentials;
import dev.tarn.upstream.UpstreamConfig;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EnvironmentTest {

    @TempDir private Path folder = Path.of("");
    private ConfigFile file = new ConfigFile(folder);

    @BeforeEach
    void useFolder() {
        file = new ConfigFile(folder);
    }

    @Test
    void aVariableWinsOverTheFile() throws IOException {
        TarnConfig config = file.read("http: {addr: 'a:1'}", Map.of("TARN_HTTP_ADDR", "[::1]:2"));

        assertThat(config.http().address()).isEqualTo(new Address("::1", 2));
    }

    @Test
    void aVariableSetsAKeyOfADefaultUpstream() throws IOException {
        TarnConfig config = file.read("", Map.of("TARN_UPSTREAMS_REGISTRY_K8S_IO_TAG_TTL", "5m"));

        assertThat(config.upstreams())
                .filteredOn(upstream -> upstream.tagTtl().equals(Duration.ofMinutes(5)))
                .extracting(UpstreamConfig::host)
                .containsExactly(new RegistryHost("registry.k8s.io"));
    }

    @Test
    void aLoginInVariablesKeepsTheOtherDefaultUpstreams() throws IOException {
        Path password = file.write("docker-hub", "secret");
        TarnConfig config =
                file.read(
                        "",
                        Map.of(
                                "TARN_UPSTREAMS_DOCKER_IO_USERNAME",
                                "me",
                                "TARN_UPSTREAMS_DOCKER_IO_PASSWORD_FILE",
                                password.toString()));

        assertThat(config.upstreams()).hasSize(7);
        assertThat(config.upstreams())
                .filteredOn(upstream -> upstream.credentials().isPresent())
                .extracting(UpstreamConfig::host)
                .containsExactly(new RegistryHost("docker.io"));
    }

    @Test
    void variablesReplaceAWholeList() throws IOException {
        TarnConfig config =
                file.read(
                        "upstreams: {docker.io: {hosts: [a, b, c]}}",
                        Map.of(
                                "TARN_UPSTREAMS_DOCKER_IO_HOSTS_0", "d",
                                "TARN_UPSTREAMS_DOCKER_IO_HOSTS_1", "e",
                                "TARN_UPSTREAMS_DOCKER_IO_URLS_0", "https://hub.local"));

        assertThat(config.hosts()).containsOnlyKeys(new RegistryHost("d"), new RegistryHost("e"));
        assertThat(config.upstreams().getFirst().urls())
                .containsExactly(URI.create("https://hub.local"));
    }

    @Test
    void aHoleInAListIsAProblem() throws IOException {
        assertThat(
                        file.problems(
                                "",
                                Map.of(
                                        "TARN_UPSTREAMS_DOCKER_IO_HOSTS_0", "a",
                                        "TARN_UPSTREAMS_DOCKER_IO_HOSTS_2", "c")))
                .containsExactly(
                        "TARN_UPSTREAMS_DOCKER_IO_HOSTS_2: unknown variable"
                                + " (did you mean TARN_UPSTREAMS_DOCKER_IO_HOSTS_0?)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"hunter2", "hunter2\n", "hunter2\r\n"})
    void aSecretIsReadFromTheFileThatAVariableNames(String text) throws IOException {
        Path secret = file.write("password", text);
        TarnConfig config =
                file.read(
                        "upstreams: {docker.io: {username: me}}",
                        Map.of("TARN_UPSTREAMS_DOCKER_IO_PASSWORD_FILE", secret.toString()));

        assertThat(config.upstreams().getFirst().credentials())
                .contains(new Credentials("me", new Secret("hunter2")));
    }

    @Test
    void anyValueMayComeFromAFileThatAVariableNames() throws IOException {
        Path url = file.write("url", "https://hub.local\n");
        TarnConfig config =
                file.read("", Map.of("TARN_UPSTREAMS_DOCKER_IO_URLS_0_FILE", url.toString()));

        assertThat(config.upstreams().getFirst().urls())
                .containsExactly(URI.create("https://hub.local"));
    }

    @Test
    void aFileThatAVariableNamesMustBeThere() throws IOException {
        assertThat(file.problems("", Map.of("TARN_HTTP_ADDR_FILE", "/none")))
                .containsExactly(
                        "TARN_HTTP_ADDR_FILE: '/none' cannot be read: there is no such file");
    }

    @Test
    void aFileThatAVariableNamesIsSmall() throws IOException {
        Path large = file.write("large", "x".repeat(64 << 10) + "x");

        assertThat(file.problems("", Map.of("TARN_HTTP_ADDR_FILE", large.toString())))
                .singleElement()
                .asString()
                .endsWith("is larger than 64 KiB");
    }

    @Test
    void aValueAndItsFileAreOneTooMany() throws IOException {
        Path address = file.write("address", "a:1");

        assertThat(
                        file.problems(
                                "",
                                Map.of(
                                        "TARN_HTTP_ADDR",
                                        "b:1",
                                        "TARN_HTTP_ADDR_FILE",
                                        address.toString())))
                .containsExactly("TARN_HTTP_ADDR_FILE: give this or TARN_HTTP_ADDR, not both");
    }

    @Test
    void aWrongValueIsSaidWithTheNameOfTheVariable() throws IOException {
        assertThat(file.problems("http: {addr: x}", Map.of("TARN_HTTP_ADDR", "y")))
                .containsExactly(
                        "TARN_HTTP_ADDR: 'y' is not an address"
                                + " (such as 127.0.0.1:5000, :5000 or [::1]:5000)");
    }

    @Test
    void anEmptyVariableIsNoValue() throws IOException {
        assertThat(file.problems("", Map.of("TARN_LOG_LEVEL", "")))
                .containsExactly("TARN_LOG_LEVEL: has no value");
    }

    @Test
    void aRuleThatAVariableBreaksIsSaidWithItsName() throws IOException {
        assertThat(file.problems("", Map.of("TARN_DEFAULT_UPSTREAM", "hub")))
                .singleElement()
                .asString()
                .startsWith("TARN_DEFAULT_UPSTREAM: hub is not one of the upstreams");
        assertThat(file.problems("", Map.of("TARN_UPSTREAMS_QUAY_IO_URLS_0", "http://a.b")))
                .containsExactly(
                        "TARN_UPSTREAMS_QUAY_IO_URLS_0: http:// needs 'insecure: true' beside it");
        assertThat(file.problems("", Map.of("TARN_UPSTREAMS_QUAY_IO_USERNAME", "me")))
                .containsExactly("TARN_UPSTREAMS_QUAY_IO_USERNAME: needs a password");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "TARN_HTTP_ADR",
                "TARN_HTTP",
                "TARN_",
                "TARN_UPSTREAMS_GITHUB_COM_TAG_TTL",
                "TARN_UPSTREAMS_DOCKER_IO_URLS",
                "TARN_STORAGE_SIZE"
            })
    void aVariableThatIsNoSettingIsAProblem(String name) throws IOException {
        assertThat(file.problems("", Map.of(name, "x")))
                .singleElement()
                .asString()
                .startsWith(name + ": unknown variable");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "TARN_JAVA_HOME",
                "TARN_JAVA_OPTS",
                "TARN_SERVICE_HOST",
                "TARN_SERVICE_PORT",
                "TARN_SERVICE_PORT_REGISTRY",
                "TARN_PORT",
                "TARN_PORT_5000_TCP",
                "TARN_PORT_5000_TCP_ADDR",
                "TARN_ADMIN_SERVICE_HOST",
                "TARN_ADMIN_PORT_5001_TCP_PROTO",
                "TARNISHED"
            })
    void whatTheLauncherAndKubernetesSetIsLeftAlone(String name) throws IOException {
        assertThat(file.problems("", Map.of(name, "x"))).isEmpty();
    }

    @Test
    void aVariableThatMeansTwoKeysIsAProblem() throws IOException {
        assertThat(
                        file.problems(
                                "upstreams: {docker.io: , a.b: {}, a-b: {}}",
                                Map.of("TARN_UPSTREAMS_A_B_TAG_TTL", "5s")))
                .containsExactly(
                        "TARN_UPSTREAMS_A_B_TAG_TTL: means both upstreams.a.b.tag-ttl and"
                                + " upstreams.a-b.tag-ttl");
    }
}
