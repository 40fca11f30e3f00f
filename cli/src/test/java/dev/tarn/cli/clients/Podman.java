package dev.tarn.cli.clients;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Podman with a storage of its own and one mirror for `docker.io`, which is named by a path, as a
/// `registries.conf` can. Install it with `apt-get install podman`.
record Podman(Path folder, Path registries) {

    static Podman of(Path folder, String mirror) throws IOException {
        return new Podman(
                folder,
                Files.writeString(
                        folder.resolve("registries.conf"),
                        """
                        [[registry]]
                        location = "docker.io"
                        [[registry.mirror]]
                        location = "%1$s/docker.io"
                        insecure = true

                        [[registry]]
                        location = "%1$s"
                        insecure = true
                        """
                                .formatted(mirror)));
    }

    /// Pulls an image by its full name and returns the digest of its manifest.
    String pull(String image) throws IOException {
        podman("pull", "--quiet", image);
        return podman("image", "inspect", "--format={{.Digest}}", image);
    }

    /// What the file says that the image prints when it is run.
    String greeting(String image) throws IOException {
        Path root = Path.of(podman("image", "mount", image));
        try {
            return Files.readString(root.resolve("greeting"));
        } finally {
            podman("image", "unmount", image);
        }
    }

    void removeAll() throws IOException {
        podman("image", "rm", "--all");
    }

    private String podman(String... arguments) throws IOException {
        return Command.of("podman", "--root=" + folder.resolve("root"))
                .and("--runroot=" + folder.resolve("run"), "--tmpdir=" + folder.resolve("tmp"))
                .and("--storage-driver=vfs", "--events-backend=none", "--cgroup-manager=cgroupfs")
                .and(arguments)
                .with("CONTAINERS_REGISTRIES_CONF", registries.toString())
                .run();
    }
}
