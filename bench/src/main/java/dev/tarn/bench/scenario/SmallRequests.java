package dev.tarn.bench.scenario;

import dev.tarn.bench.fixture.Blob;
import dev.tarn.bench.load.Wrk;
import dev.tarn.bench.report.Metric;
import dev.tarn.bench.report.Sheet;
import dev.tarn.bench.server.Server;
import java.io.IOException;

/// wrk against something small and warm: what the scenarios of that kind share.
record SmallRequests(String title, String path, Blob expected) {

    private static final int CONNECTIONS = 32;

    Sheet run(Bench bench, Stand stand) throws IOException {
        Sheet sheet = new Sheet(title);
        stand.warm(path, expected);
        for (Server server : stand.servers()) {
            compile(bench, server, path);
        }
        bench.inRounds(stand.servers(), server -> sample(sheet, server, bench.isQuick() ? 1 : 3));
        return sheet;
    }

    /// Lets a server get warm.
    static void compile(Bench bench, Server server, String path) throws IOException {
        bench.warmUp(server, () -> Wrk.run(server.endpoint(), path, CONNECTIONS, 1));
    }

    private void sample(Sheet sheet, Server server, int seconds) throws IOException {
        Stand.pull(server, path, expected);
        server.processes().forgetPeak();
        double cpu = server.processes().cpuSeconds();
        Wrk wrk = Wrk.run(server.endpoint(), path, CONNECTIONS, seconds);
        double cost = server.processes().cpuSeconds() - cpu;
        sheet.add(server.label(), Metric.REQUESTS_PER_SECOND, wrk.requestsPerSecond());
        sheet.add(server.label(), Metric.CPU_MICROS, cost * 1e6 / wrk.requests());
        sheet.add(server.label(), Metric.P50_MS, wrk.p50Millis());
        sheet.add(server.label(), Metric.P99_MS, wrk.p99Millis());
        sheet.add(server.label(), Metric.RSS_PEAK_MB, server.processes().peakMegabytes());
    }
}
