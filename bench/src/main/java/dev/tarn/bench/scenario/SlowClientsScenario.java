package dev.tarn.bench.scenario;

import static dev.tarn.bench.report.Goal.Relation.AT_MOST;

import dev.tarn.bench.fixture.Blob;
import dev.tarn.bench.fixture.Shelf;
import dev.tarn.bench.load.SlowReaders;
import dev.tarn.bench.machine.Pause;
import dev.tarn.bench.report.Goal;
import dev.tarn.bench.report.Metric;
import dev.tarn.bench.report.Sheet;
import dev.tarn.bench.server.Peer;
import dev.tarn.bench.server.Server;
import dev.tarn.bench.upstream.Link;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// Very many slow clients, on a blob that is there, and on one that is on its way.
record SlowClientsScenario() implements Scenario {

    private static final int CLIENTS = 1_000;
    private static final double RATE = 50_000;
    private static final Link LINK =
            new Link(Duration.ofMillis(20), Double.POSITIVE_INFINITY, 50e6);
    private static final Metric IDLE = new Metric("idle RSS MB");
    private static final Metric GROWTH = new Metric("peak − idle MB");
    private static final Metric RECEIVED = new Metric("MB received");
    private static final Metric WAITING = new Metric("clients without a byte");

    @Override
    public String name() {
        return "slow-clients";
    }

    @Override
    public String what() {
        return "1,000 clients at 50 kB/s on one warm blob of 200 MB, then on one cold one behind 50 MB/s";
    }

    @Override
    public Result run(Bench bench) throws IOException {
        Sheet warm = new Sheet("slow-clients, warm");
        Sheet cold = new Sheet("slow-clients, cold");
        warm.note(
                "idle: RSS of the fresh process 2 s after its first pulls; others than tarn: one round");
        try (Stand stand = Stand.open(bench, 10)) {
            Blob stored = stand.fixtures().blob(200_000_000);
            stand.shelf().add(stored);
            for (Peer peer :
                    bench.chosen(
                            bench.unlessQuick(
                                    List.of(Peer.TARN),
                                    Peer.DOCKER_REGISTRY,
                                    Peer.NGINX_STATIC,
                                    Peer.NGINX_CACHE))) {
                int rounds = peer == Peer.TARN ? bench.rounds() : 1;
                for (int round = 0; round < rounds; round++) {
                    sample(warm, cold, bench, stand, peer, stored);
                }
            }
        }
        return new Result(
                List.of(warm, cold),
                List.of(
                        Goal.value(warm, GROWTH, "tarn", AT_MOST, 60),
                        Goal.value(cold, GROWTH, "tarn", AT_MOST, 60)));
    }

    /// With a fresh process, so that what one round leaves behind does not pass for idle in the
    /// next.
    private static void sample(
            Sheet warm, Sheet cold, Bench bench, Stand stand, Peer peer, Blob stored)
            throws IOException {
        Duration duration = Duration.ofSeconds(bench.isQuick() ? 4 : 12);
        stand.upstream().use(Link.LOOPBACK);
        try (Server server = bench.lab().start(peer, stand.upstreamUrl())) {
            stand.warm(server, Map.of(Shelf.pathOf(stored), stored));
            Pause.millis(2_000);
            double idle = server.processes().residentMegabytes();
            Stand.inform(warm, server, it -> readSlowly(warm, it, stored, idle, duration));
            Blob fresh = stand.fixtures().blob(200_000_000);
            stand.shelf().add(fresh);
            server.stock(stand.shelf());
            stand.upstream().use(LINK);
            Stand.inform(cold, server, it -> readSlowly(cold, it, fresh, idle, duration));
        }
    }

    private static void readSlowly(
            Sheet sheet, Server server, Blob blob, double idle, Duration duration)
            throws IOException {
        server.processes().forgetPeak();
        double cpu = server.processes().cpuSeconds();
        try (SlowReaders readers =
                SlowReaders.open(server.endpoint(), blob, Shelf.pathOf(blob), CLIENTS)) {
            long bytes = readers.read(duration, RATE);
            sheet.add(server.label(), IDLE, idle);
            sheet.add(server.label(), GROWTH, server.processes().peakMegabytes() - idle);
            sheet.add(server.label(), Metric.CPU_SECONDS, server.processes().cpuSeconds() - cpu);
            sheet.add(server.label(), RECEIVED, bytes / 1e6);
            sheet.add(server.label(), WAITING, (double) readers.waiting());
        }
    }
}
