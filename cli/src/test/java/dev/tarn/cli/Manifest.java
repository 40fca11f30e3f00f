package dev.tarn.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import tools.jackson.databind.JsonNode;

/// A manifest in `docker/kubernetes`.
public final class Manifest {

    private Manifest() {}

    /// What makes the pods in it.
    ///
    /// @param kind in lower case
    public static JsonNode read(String kind) throws IOException {
        Path file = Path.of("../docker/kubernetes", kind + ".yaml");
        return KubernetesObject.parse(Files.readString(file)).stream()
                .filter(object -> object.kind().equalsIgnoreCase(kind))
                .findFirst()
                .orElseThrow()
                .json();
    }
}
