package dev.tarn.cli.clients;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// systemd itself reads the unit, beside programs where the unit has them. `systemd-analyze` is in
/// `apt-get install systemd`.
final class SystemdUnitIT {

    @Test
    void systemdFindsNothingWrong() throws IOException {
        try (PrivateFolder folder = PrivateFolder.create()) {
            Path launcher = TarnProcess.launcher();
            Path units = folder.folder("etc/systemd/system");
            Files.copy(
                    launcher.resolveSibling("docker/systemd/tarn.service"),
                    units.resolve("tarn.service"));
            Files.copy(launcher, folder.folder("opt/tarn").resolve("tarn"));
            Files.copy(Path.of("/bin/kill"), folder.folder("bin").resolve("kill"));

            // it warns of what it does not know, and says that with this exit code
            Command.of("systemd-analyze", "verify", "--recursive-errors=no")
                    .and("--root=" + folder.path(), "tarn.service")
                    .run();
        }
    }
}
