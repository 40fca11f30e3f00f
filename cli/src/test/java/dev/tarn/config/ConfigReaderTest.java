package dev.tarn.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tarn.metrics.LogStyle;
import dev.tarn.oci.RegistryHost;
import dev.tarn.oci.Secret;
import dev.tarn.pull.DownloadConfig;
import dev.tarn.storage.Budget;
import dev.tarn.storage.Capacity;
import dev.tarn.storage.Pin;
import dev.tarn.storage.StoreConfig;
import dev.tarn.storage.eviction.Eviction;
import dev.tarn.upstream.Credentials;
import dev.tarn.upstream.UpstreamConfig;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.event.Level;

class ConfigReaderTest {

    @TempDir private Path folder = Path.of("");
    private ConfigFile file = new ConfigFile(folder);

    @BeforeEach
    void useFolder() {
        file = new ConfigFile(folder);
    }

    @Test
    void anEmptyFileMeansTheDefaults() throws IOException {
        TarnConfig config = file.read("");

        assertThat(config.http().address()).isEqualTo(new Address("127.0.0.1", 5000));
        assertThat(config.http().tls()).isEmpty();
        assertThat(config.http().drainTimeout()).isEqualTo(Duration.ofSeconds(30));
        assertThat(config.http().limits())
                .isEqualTo(new TarnConfig.Share(15_000, 5_000, 2_500, 1_024));
        assertThat(config.admin().address()).isEqualTo(new Address("127.0.0.1", 5001));
        assertThat(config.defaultUpstream()).isEqualTo(new RegistryHost("docker.io"));
        assertThat(config.hosts()).isEmpty();
        assertThat(config.download()).isEqualTo(DownloadConfig.DEFAULT);
        assertThat(config.log().level()).isEqualTo(Level.INFO);
    }

    @Test
    void theDefaultUpstreamsAreTheWellKnownRegistries() throws IOException {
        assertThat(file.read("").upstreams())
                .extracting(upstream -> upstream.host() + " " + upstream.urls().getFirst())
                .containsExactly(
                        "docker.io https://registry-1.docker.io",
                        "ghcr.io https://ghcr.io",
                        "quay.io https://quay.io",
                        "registry.k8s.io https://registry.k8s.io",
                        "gcr.io https://gcr.io",
                        "public.ecr.aws https://public.ecr.aws",
                        "mcr.microsoft.com https://mcr.microsoft.com");
    }

    @Test
    void everyKeyIsRead() throws IOException {
        Path pem = file.write("some.pem", "pem");
        TarnConfig config =
                file.read(
                        """
                        http: {addr: ":80", tls: {certificate: %1$s, key: %1$s}, draintimeout: 5s,
                          connections: 100, connections-per-client: 50, requests-per-client: 25, min-rate: 2KiB}
                        admin: {addr: "[::1]:81"}
                        storage: {rootdirectory: /data, verify: fs-verity, scrub-interval: 60d, scrub-rate: 1MiB,
                          capacity: 100GiB, eviction: s3-fifo, pins: ["docker.io/library/*:latest"]}
                        default-upstream: one.local:5000
                        upstreams:
                          one.local:5000:
                            urls: ["http://10.0.0.1:5000", "http://10.0.0.2:5000"]
                            tag-ttl: 1h
                            negative-ttl: 2s
                            rate-limit-reserve: 3
                            insecure: true
                            ca: %1$s
                            username: me
                            password: secret
                            hosts: ["mirror.local", "mirror.local:5000"]
                            allowed-hosts: ["auth.local:8443"]
                            connections: 7
                        download: {chunk-size: 1MiB, connections: 2, connections-in-all: 9, prefetch-max: 0, idle-timeout: 200ms}
                        log: {level: debug, formatter: text}
                        """
                                .formatted(pem));

        RegistryHost one = new RegistryHost("one.local:5000");
        assertThat(config)
                .usingRecursiveComparison()
                .ignoringFields("shown")
                .isEqualTo(
                        new TarnConfig(
                                new TarnConfig.Http(
                                        new Address("", 80),
                                        Optional.of(new TarnConfig.Tls(pem, pem)),
                                        Duration.ofSeconds(5),
                                        new TarnConfig.Share(100, 50, 25, 2_048)),
                                new TarnConfig.Admin(new Address("::1", 81), Optional.empty()),
                                Path.of("/data"),
                                new StoreConfig(
                                        StoreConfig.Verify.FS_VERITY,
                                        Duration.ofDays(60),
                                        1L << 20,
                                        new Budget(
                                                new Capacity.Bytes(100L << 30),
                                                Eviction.S3_FIFO,
                                                List.of(
                                                        new Pin(
                                                                "docker.io",
                                                                "library/*",
                                                                "latest")))),
                                one,
                                List.of(
                                        new UpstreamConfig(
                                                one,
                                                List.of(
                                                        URI.create("http://10.0.0.1:5000"),
                                                        URI.create("http://10.0.0.2:5000")),
                                                Duration.ofHours(1),
                                                Duration.ofSeconds(2),
                                                3,
                                                Optional.of(pem),
                                                Optional.of(
                                                        new Credentials(
                                                                "me", new Secret("secret"))),
                                                List.of("auth.local:8443"),
                                                7)),
                                Map.of(
                                        new RegistryHost("mirror.local"), one,
                                        new RegistryHost("mirror.local:5000"), one),
                                new DownloadConfig(1 << 20, 2, 9, 0, Duration.ofMillis(200)),
                                new TarnConfig.Log(Level.DEBUG, LogStyle.TEXT),
                                List.of()));
    }

    @Test
    void upstreamsInTheFileReplaceTheDefaultOnes() throws IOException {
        TarnConfig config = file.read("upstreams: {quay.io: {}}\ndefault-upstream: quay.io");

        assertThat(config.upstreams())
                .containsExactly(
                        UpstreamConfig.of(
                                new RegistryHost("quay.io"), URI.create("https://quay.io")));
    }

    @Test
    void anUpstreamMayHaveNothingUnderItsName() throws IOException {
        assertThat(file.read("upstreams:\n  docker.io:\n").upstreams()).hasSize(1);
    }

    @Test
    void anUpstreamOnItsUsualPortKeepsItInTheUrl() throws IOException {
        TarnConfig config =
                file.read(
                        "upstreams: {'registry.local:5000': }\ndefault-upstream: registry.local:5000");

        assertThat(config.upstreams().getFirst().urls().getFirst())
                .isEqualTo(URI.create("https://registry.local:5000"));
    }

    @Test
    void aPasswordMayStandInAFileOfItsOwn() throws IOException {
        Path secret = file.write("password", "hunter2\n");
        TarnConfig config =
                file.read(
                        "upstreams: {docker.io: {username: me, password-file: %s}}"
                                .formatted(secret));

        assertThat(config.upstreams().getFirst().credentials())
                .contains(new Credentials("me", new Secret("hunter2")));
    }

    @Test
    void theLoginsOfDockerAreForUpstreamsWithoutTheirOwn() throws IOException {
        Path docker =
                file.write(
                        "config.json",
                        """
                        {"auths": {
                          "https://index.docker.io/v1/": {"auth": "bWU6aHVudGVyMg=="},
                          "quay.io": {"auth": "bWU6aHVudGVyMg=="}
                        }}
                        """);
        TarnConfig config =
                file.read(
                        """
                        docker-config: %s
                        upstreams: {docker.io: , quay.io: {username: you, password: x}, ghcr.io: }
                        """
                                .formatted(docker));

        assertThat(config.upstreams())
                .extracting(UpstreamConfig::credentials)
                .containsExactly(
                        Optional.of(new Credentials("me", new Secret("hunter2"))),
                        Optional.of(new Credentials("you", new Secret("x"))),
                        Optional.empty());
    }

    @Test
    void anAnchorMayBeUsedTwice() throws IOException {
        TarnConfig config = file.read("upstreams: {docker.io: &x {tag-ttl: 5m}, quay.io: *x}");

        assertThat(config.upstreams())
                .extracting(UpstreamConfig::tagTtl)
                .containsOnly(Duration.ofMinutes(5));
    }

    @Test
    void aFileThatIsNotThereIsAProblem() {
        assertThatThrownBy(() ->
                        ConfigReader.read(Optional.of(folder.resolve("nowhere.yaml")), Map.of()))
                .isInstanceOf(ConfigException.class)
                .hasMessage(folder + "/nowhere.yaml: there is no such file");
    }

    @Test
    void aFolderIsNoFile() {
        assertThatThrownBy(() -> ConfigReader.read(Optional.of(folder), Map.of()))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("cannot be read");
    }

    @Test
    void whereNoFileIsNamedTheUsualOneIsReadIfItIsThere() throws IOException {
        Path usual = folder.resolve("usual.yaml");
        assertThat(ConfigReader.read(Optional.empty(), usual, Map.of()).log().level())
                .isEqualTo(Level.INFO);

        file.write("usual.yaml", "log: {level: debug}");
        assertThat(ConfigReader.read(Optional.empty(), usual, Map.of()).log().level())
                .isEqualTo(Level.DEBUG);
    }

    @Test
    void theStoreOfAUserIsWhereXdgSaysUnlessTheUserIsRoot() {
        Path root =
                ConfigReader.read(
                                Optional.empty(),
                                folder.resolve("none"),
                                Map.of("XDG_DATA_HOME", folder.toString()))
                        .rootDirectory();

        assertThat(root)
                .isEqualTo(
                        System.getProperty("user.name").equals("root")
                                ? Path.of("/var/lib/tarn")
                                : folder.resolve("tarn"));
    }
}
