package dev.tarn.cli;

import dev.tarn.config.ConfigReader;
import dev.tarn.config.TarnConfig;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// `-c FILE`, for the commands that have a configuration.
final class ConfigOption {

    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            description = {
                "The configuration. Without it /etc/tarn/tarn.yaml if that is there, else the defaults."
            })
    private @Nullable Path file;

    /// Where it is read from, if from a file.
    Optional<Path> file() {
        return ConfigReader.file(Optional.ofNullable(file));
    }

    TarnConfig read(Map<String, String> environment) {
        return ConfigReader.read(Optional.ofNullable(file), environment);
    }
}
