package dev.tarn.cli.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The `tarn` command as its users start it.
final class TarnProcess implements Closeable {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final int port = Loopback.freePort();
    private final int adminPort = Loopback.freePort();
    private final Path config;
    private final Path log;
    private final Path store;
    private Daemon daemon;

    private TarnProcess(Path folder, Path log, Settings settings) throws IOException {
        this.config = folder.resolve("tarn.yaml");
        this.log = log;
        this.store = folder.resolve("store");
        Files.writeString(
                config,
                """
                http: {addr: "%s"%s}
                admin: {addr: "127.0.0.1:%d"}
                storage: {rootdirectory: "%s"%s}
                %s
                """
                        .formatted(
                                address(),
                                settings.http(),
                                adminPort,
                                store,
                                settings.storage(),
                                settings.upstreams()));
        this.daemon = start();
    }

    /// What a test wants otherwise, in YAML.
    ///
    /// @param http more of `http`, each with a comma before it
    /// @param storage more of `storage`, likewise
    record Settings(String http, String storage, String upstreams) {}

    /// One that mirrors two upstreams under the names `docker.io` and `quay.io`.
    ///
    /// @param more of them, in YAML, one a line
    static TarnProcess start(
            Path folder, Path log, DockerRegistry hub, DockerRegistry quay, String more)
            throws IOException {
        String upstreams =
                """
                default-upstream: docker.io
                upstreams:
                  docker.io: {urls: ["http://%s"], insecure: true, tag-ttl: 1s}
                  quay.io: {urls: ["http://%s"], insecure: true, tag-ttl: 1s}
                %s
                """
                        .formatted(hub.address(), quay.address(), more);
        return start(folder, log, new Settings("", "", upstreams));
    }

    static TarnProcess start(Path folder, Path log, Settings settings) throws IOException {
        return new TarnProcess(folder, log, settings);
    }

    private Daemon start() throws IOException {
        return Daemon.start(log, List.of(launcher().toString(), "serve", "-c", config.toString()))
                .awaitReady(
                        () -> Loopback.status("http://127.0.0.1:" + adminPort + "/readyz") == 200);
    }

    String address() {
        return "127.0.0.1:" + port;
    }

    String adminAddress() {
        return "127.0.0.1:" + adminPort;
    }

    /// Gives it a configuration that makes no sense, while it runs.
    void misconfigure() throws IOException {
        Files.writeString(config, "nonsense: 1");
    }

    /// What its admin API tells.
    JsonNode api(String call) throws IOException {
        return JSON.readTree(Loopback.text("http://" + adminAddress() + "/api/v1/" + call));
    }

    /// The files of the blobs that it has stored.
    List<Path> blobs() throws IOException {
        try (Stream<Path> files = Files.walk(store.resolve("blobs"))) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    /// Another `tarn` on the same machine, with the same configuration.
    Command command(String name, String... arguments) {
        return Command.of(launcher().toString(), name, "-c", config.toString()).and(arguments);
    }

    /// Stops it as an operator would.
    void stop() throws IOException {
        assertThat(daemon.stop()).as("exit code after SIGTERM").isZero();
    }

    /// Stops it as an operator would, and starts it again on the same store and ports.
    void restart() throws IOException {
        stop();
        daemon = start();
    }

    @Override
    public void close() {
        daemon.close();
    }

    /// The launcher lies at the root of the project: here, or above the module that runs this test.
    static Path launcher() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.isExecutable(folder.resolve("tarn"))) {
            folder = folder.getParent();
            if (folder == null) {
                throw new AssertionError("No tarn here or above; build it with: mvn package");
            }
        }
        return folder.resolve("tarn");
    }
}
