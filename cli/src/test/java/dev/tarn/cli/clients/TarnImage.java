package dev.tarn.cli.clients;

import java.io.IOException;
import java.nio.file.Path;

/// The image that `docker/build` makes, on a base of this machine's libraries.
final class TarnImage {
    static final String NAME = "tarn:it";

    private TarnImage() {}

    /// From what `mvn package` has laid out.
    static void build(Dockerd dockerd) throws IOException {
        Path build = TarnProcess.launcher().resolveSibling("docker/build");
        Command.of(build.toString(), NAME)
                .with("DOCKER_HOST", dockerd.host())
                .with("DOCKER_BUILDKIT", "0")
                .with("BASE", "local")
                .run();
    }
}
