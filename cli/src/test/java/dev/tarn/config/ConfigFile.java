package dev.tarn.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A configuration file for one test.
record ConfigFile(Path folder) {

    TarnConfig read(String yaml) throws IOException {
        return read(yaml, Map.of());
    }

    TarnConfig read(String yaml, Map<String, String> environment) throws IOException {
        return ConfigReader.read(Optional.of(write("tarn.yaml", yaml)), environment);
    }

    /// What is said about a wrong file, each problem without the folder before the file's name.
    List<String> problems(String yaml) throws IOException {
        return problems(yaml, Map.of());
    }

    List<String> problems(String yaml, Map<String, String> environment) throws IOException {
        try {
            read(yaml, environment);
            return List.of();
        } catch (ConfigException e) {
            return e.problems().stream()
                    .map(problem -> problem.toString().replace(folder + "/", ""))
                    .toList();
        }
    }

    Path write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }
}
