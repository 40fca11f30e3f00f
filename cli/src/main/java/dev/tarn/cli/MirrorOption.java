package dev.tarn.cli;

import dev.tarn.config.TarnConfig;
import java.net.URI;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Where the mirror is that a command pulls through.
final class MirrorOption {

    @Option(
            names = "--mirror",
            paramLabel = "URL",
            description = "Where clients pull from. Without it, `http.addr` of the configuration.")
    private @Nullable URI url;

    @Mixin private ConfigOption config = new ConfigOption();

    URI url(Map<String, String> environment) {
        if (url != null) {
            return AdminOption.checked("--mirror", url);
        }
        TarnConfig read = config(environment);
        return AdminOption.local(
                read.http().tls().isPresent() ? "https" : "http", read.http().address());
    }

    /// Of that mirror, where it is this machine's.
    TarnConfig config(Map<String, String> environment) {
        return config.read(environment);
    }
}
