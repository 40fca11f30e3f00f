package dev.tarn.cli.clients;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// A containerd of our own and its `ctr`. For every registry it knows one mirror and a home address
/// where nobody listens, so that only the mirror can have answered. Install it with `apt-get
/// install containerd`; it needs root.
final class Containerd implements Closeable {
    private final Path folder;
    private final Daemon daemon;

    private Containerd(Path folder, Daemon daemon) {
        this.folder = folder;
        this.daemon = daemon;
    }

    static Containerd start(Path folder, Path log, String mirror) throws IOException {
        for (String registry : List.of("docker.io", "quay.io")) {
            Path hosts = Files.createDirectories(folder.resolve("certs.d").resolve(registry));
            Files.writeString(
                    hosts.resolve("hosts.toml"),
                    """
                    server = "http://127.0.0.1:9"
                    [host."http://%s"]
                      capabilities = ["pull", "resolve"]
                    """
                            .formatted(mirror));
        }
        Path config =
                Files.writeString(
                        folder.resolve("config.toml"),
                        """
                        version = 2
                        disabled_plugins = ["io.containerd.grpc.v1.cri"]
                        """);
        List<String> command =
                List.of(
                        "containerd",
                        "--config=" + config,
                        "--root=" + folder.resolve("data"),
                        "--state=" + folder.resolve("state"),
                        "--address=" + folder.resolve("socket"));
        Path socket = folder.resolve("socket");
        return new Containerd(
                folder, Daemon.start(log, command).awaitReady(() -> Files.exists(socket)));
    }

    /// Pulls an image by its full name, registry included, and returns the digest that the name now
    /// stands for.
    String pull(String image) throws IOException {
        ctr(
                "image",
                "pull",
                "--hosts-dir=" + folder.resolve("certs.d"),
                "--snapshotter=native",
                image);
        return ctr("image", "ls", "name==" + image)
                .lines()
                .skip(1)
                .map(row -> row.split("\\s+", 4)[2])
                .findFirst()
                .orElseThrow();
    }

    /// Forgets the images and, in the same call, what they consist of.
    void remove(String... images) throws IOException {
        for (String image : images) {
            ctr("image", "rm", "--sync", image);
        }
    }

    /// The digests of everything it holds.
    List<String> content() throws IOException {
        return ctr("content", "ls", "--quiet").lines().toList();
    }

    private String ctr(String... arguments) throws IOException {
        return Command.of("ctr", "--address=" + folder.resolve("socket")).and(arguments).run();
    }

    @Override
    public void close() throws IOException {
        daemon.stop();
    }
}
