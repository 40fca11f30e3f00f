package dev.tarn.cli.clients;

import static org.awaitility.Awaitility.await;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// A Docker daemon of our own, with one registry mirror or none, and without any network of its
/// own. Install it with `apt-get install docker.io`; it needs root.
final class Dockerd implements Closeable {
    private final Path folder;
    private final Daemon daemon;

    private Dockerd(Path folder, Daemon daemon) {
        this.folder = folder;
        this.daemon = daemon;
    }

    static Dockerd start(Path folder, Path log, String mirror) throws IOException {
        Path config =
                Files.writeString(
                        folder.resolve("daemon.json"),
                        "{\"registry-mirrors\": [\"http://%s\"]}".formatted(mirror));
        return start(folder, log, config);
    }

    static Dockerd start(Path folder, Path log, Path config) throws IOException {
        List<String> command =
                List.of(
                        "dockerd",
                        "--config-file=" + config,
                        "--data-root=" + folder.resolve("data"),
                        "--exec-root=" + folder.resolve("exec"),
                        "--pidfile=" + folder.resolve("pid"),
                        "--host=" + host(folder),
                        "--bridge=none",
                        "--iptables=false",
                        "--ip6tables=false");
        Path socket = folder.resolve("socket");
        return new Dockerd(
                folder, Daemon.start(log, command).awaitReady(() -> Files.exists(socket)));
    }

    /// What `DOCKER_HOST` must be to reach it.
    String host() {
        return host(folder);
    }

    /// Reads its configuration again, and waits until it has these mirrors.
    void reload(String... mirrors) throws IOException {
        mirrors(); // it minds the signal once it answers
        daemon.reload();
        await("the mirrors of dockerd").until(() -> mirrors(), it -> it.equals(List.of(mirrors)));
    }

    private List<String> mirrors() throws IOException {
        return docker("info", "--format={{range .RegistryConfig.Mirrors}}{{println .}}{{end}}")
                .lines()
                .toList();
    }

    String pull(String image) throws IOException {
        return docker("pull", image);
    }

    /// Runs `image` without a network and returns what it printed.
    String run(String image) throws IOException {
        return docker("run", "--rm", "--network=none", image);
    }

    /// The digest of the manifest that `image` was pulled as, with its repository: `name@sha256:…`.
    String digestOf(String image) throws IOException {
        return docker("image", "inspect", "--format={{index .RepoDigests 0}}", image);
    }

    void remove(String image) throws IOException {
        docker("image", "rm", image);
    }

    /// Runs `docker` with these arguments and returns what it printed.
    String docker(String... arguments) throws IOException {
        return Command.of("docker", "--config=" + folder.resolve("client"), "--host=" + host())
                .and(arguments)
                .run();
    }

    private static String host(Path folder) {
        return "unix://" + folder.resolve("socket");
    }

    @Override
    public void close() throws IOException {
        daemon.stop();
    }
}
