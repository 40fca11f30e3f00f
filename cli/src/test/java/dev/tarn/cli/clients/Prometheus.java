package dev.tarn.cli.clients;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// A Prometheus that reads Tarn each second, with alert rules.
final class Prometheus implements Closeable {
    private final String url;
    private final Daemon daemon;

    private Prometheus(String url, Daemon daemon) {
        this.url = url;
        this.daemon = daemon;
    }

    /// @param targets the hosts and ports of the metrics
    static Prometheus start(Path folder, Path log, List<String> targets, Path rules)
            throws IOException {
        String address = "127.0.0.1:" + Loopback.freePort();
        Path config = folder.resolve("prometheus.yml");
        Files.writeString(
                config,
                """
                global: {scrape_interval: 1s, evaluation_interval: 1s}
                rule_files: ["%s"]
                scrape_configs:
                  - job_name: tarn
                    static_configs: [{targets: ["%s"]}]
                """
                        .formatted(rules.toRealPath(), String.join("\", \"", targets)));
        Daemon daemon =
                Daemon.start(
                                log,
                                List.of(
                                        "prometheus",
                                        "--config.file=" + config,
                                        "--storage.tsdb.path=" + folder.resolve("data"),
                                        "--web.listen-address=" + address))
                        .awaitReady(() -> Loopback.status("http://" + address + "/-/ready") == 200);
        return new Prometheus("http://" + address, daemon);
    }

    /// What it answers now, as `{label="value"} => number @[time]`, one line each.
    String query(String expression) throws IOException {
        return Command.of("promtool", "query", "instant", url, expression).run();
    }

    @Override
    public void close() {
        daemon.close();
    }
}
