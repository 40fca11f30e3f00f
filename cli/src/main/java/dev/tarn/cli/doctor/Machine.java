package dev.tarn.cli.doctor;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.tarn.config.TarnConfig;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.stream.Stream;

/// Looks at what the process is given to run with.
final class Machine {
    /// As the server has it: a quarter of the limit, this at most, is kept from connections.
    private static final int KEPT_FILES_MAX = 512;

    private final TarnConfig config;

    Machine(TarnConfig config) {
        this.config = config;
    }

    List<Finding> findings() {
        return Stream.concat(Stream.of(jdk()), openFiles().stream()).toList();
    }

    private static Finding jdk() {
        return Finding.ok("jdk", Runtime.version() + " of " + System.getProperty("java.vendor"));
    }

    /// Nothing where the system is no Unix.
    private List<Finding> openFiles() {
        if (!(ManagementFactory.getOperatingSystemMXBean()
                instanceof UnixOperatingSystemMXBean unix)) {
            return List.of();
        }
        long max = unix.getMaxFileDescriptorCount();
        long forClients = max - Math.min(max / 4, KEPT_FILES_MAX);
        int connections = config.http().limits().connections();
        String what = max + " open files are allowed, " + forClients + " of them for connections";
        return List.of(
                forClients >= connections
                        ? Finding.ok("open files", what)
                        : Finding.warning(
                                "open files",
                                what + ", fewer than http.connections: " + connections,
                                "raise `ulimit -n` (LimitNOFILE= in a systemd unit), or lower"
                                        + " http.connections"));
    }
}
