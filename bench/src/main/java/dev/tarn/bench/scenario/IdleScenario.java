package dev.tarn.bench.scenario;

import static dev.tarn.bench.report.Goal.Relation.AT_MOST;

import dev.tarn.bench.machine.Pause;
import dev.tarn.bench.report.Goal;
import dev.tarn.bench.report.Metric;
import dev.tarn.bench.report.Sheet;
import dev.tarn.bench.server.Peer;
import dev.tarn.bench.server.Server;
import java.io.IOException;
import java.util.List;

/// Starting with nothing stored, and doing nothing.
record IdleScenario() implements Scenario {

    private static final long PATIENCE_MILLIS = 20_000;

    @Override
    public String name() {
        return "idle";
    }

    @Override
    public String what() {
        return "empty start: from exec to 200 on /v2/; RSS 2 s later";
    }

    @Override
    public Result run(Bench bench) throws IOException {
        Sheet sheet = new Sheet(name());
        try (Stand stand = Stand.open(bench, 8)) {
            bench.inRounds(
                    bench.chosen(
                            bench.unlessQuick(
                                    List.of(Peer.TARN),
                                    Peer.NGINX_STATIC,
                                    Peer.NGINX_CACHE,
                                    Peer.DOCKER_REGISTRY,
                                    Peer.TRAFFIC_SERVER)),
                    peer -> sample(sheet, bench, stand, peer));
        }
        return new Result(
                List.of(sheet),
                List.of(
                        Goal.value(sheet, Metric.SECONDS, "tarn", AT_MOST, 0.7),
                        Goal.value(sheet, Metric.RSS_MB, "tarn", AT_MOST, 130)));
    }

    private static void sample(Sheet sheet, Bench bench, Stand stand, Peer peer)
            throws IOException {
        try (Server server =
                bench.lab().exec(bench.lab().prepare(peer, stand.upstreamUrl(), false))) {
            server.awaitReady(PATIENCE_MILLIS);
            sheet.add(
                    server.label(),
                    Metric.SECONDS,
                    (System.nanoTime() - server.startNanos()) / 1e9);
            sheet.add(server.label(), Metric.CPU_SECONDS, server.processes().cpuSeconds());
            Pause.millis(2_000);
            sheet.add(server.label(), Metric.RSS_MB, server.processes().residentMegabytes());
        }
    }
}
