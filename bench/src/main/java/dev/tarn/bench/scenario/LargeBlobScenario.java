package dev.tarn.bench.scenario;

import static dev.tarn.bench.report.Goal.Relation.AT_MOST;
import static dev.tarn.bench.report.Metric.CPU_PER_GB;
import static dev.tarn.bench.report.Metric.GIGABYTES_PER_SECOND;
import static dev.tarn.bench.report.Metric.RSS_PEAK_MB;

import dev.tarn.bench.fixture.Blob;
import dev.tarn.bench.fixture.Shelf;
import dev.tarn.bench.load.Crowd;
import dev.tarn.bench.report.Goal;
import dev.tarn.bench.report.Sheet;
import dev.tarn.bench.server.Peer;
import dev.tarn.bench.server.Server;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// A warm blob of 1 GB, plain or over TLS.
record LargeBlobScenario(boolean isTls) implements Scenario {

    private static final List<Integer> CONNECTIONS = List.of(1, 8);

    @Override
    public String name() {
        return isTls ? "large-blob-tls" : "large-blob";
    }

    @Override
    public String what() {
        return isTls
                ? "warm blob of 1 GB over TLS 1.3 with AES-128-GCM, 1 and 8 connections"
                : "warm blob of 1 GB, 1 and 8 connections";
    }

    @Override
    public Result run(Bench bench) throws IOException {
        try (Stand stand = open(bench)) {
            Blob blob = stand.fixtures().blob(bench.isQuick() ? 250_000_000 : 1_000_000_000);
            stand.shelf().add(blob);
            stand.warm(Shelf.pathOf(blob), blob);
            List<Sheet> sheets = new ArrayList<>();
            List<Goal> goals = new ArrayList<>();
            Bench.inOneRound(stand.servers(), 0, it -> warmUp(bench, it, blob));
            for (int connections : CONNECTIONS) {
                Sheet sheet = new Sheet("%s × %d".formatted(name(), connections));
                Bench.inOneRound(stand.servers(), 0, it -> pull(it, blob, connections));
                bench.inRounds(stand.servers(), it -> sample(sheet, it, blob, connections));
                sheets.add(sheet);
                goals.addAll(goals(bench, sheet));
            }
            return new Result(sheets, goals);
        }
    }

    private Stand open(Bench bench) throws IOException {
        return isTls
                ? Stand.openTls(
                        bench,
                        4,
                        bench.unlessQuick(
                                List.of(Peer.TARN, Peer.NGINX_STATIC), Peer.DOCKER_REGISTRY))
                : Stand.open(
                        bench,
                        3,
                        bench.unlessQuick(
                                List.of(
                                        Peer.TARN,
                                        Peer.NGINX_STATIC,
                                        Peer.NGINX_CACHE,
                                        Peer.DOCKER_REGISTRY),
                                Peer.TRAFFIC_SERVER));
    }

    private List<Goal> goals(Bench bench, Sheet sheet) {
        List<String> others =
                bench.peers().stream().filter(it -> it != Peer.TARN).map(Peer::label).toList();
        return isTls
                ? List.of(
                        Goal.ratio(
                                sheet,
                                GIGABYTES_PER_SECOND,
                                "tarn",
                                "nginx-static",
                                Goal.Relation.AT_LEAST,
                                0.9),
                        Goal.ratio(sheet, CPU_PER_GB, "tarn", "nginx-static", AT_MOST, 1.15))
                : List.of(
                        Goal.ratio(sheet, CPU_PER_GB, "tarn", "nginx-static", AT_MOST, 1.1),
                        Goal.ratioToBest(sheet, GIGABYTES_PER_SECOND, "tarn", others, 0.95));
    }

    private static void warmUp(Bench bench, Server server, Blob blob) throws IOException {
        bench.warmUp(server, () -> pull(server, blob, CONNECTIONS.getLast()));
    }

    /// The time until each connection has got the blob; one alone gets it several times.
    private static double pull(Server server, Blob blob, int connections) throws IOException {
        return Crowd.pull(
                server.endpoint(), Shelf.pathOf(blob), blob, connections, times(connections));
    }

    private static int times(int connections) {
        return connections == 1 ? 3 : 1;
    }

    private static void sample(Sheet sheet, Server server, Blob blob, int connections)
            throws IOException {
        server.processes().forgetPeak();
        double cpu = server.processes().cpuSeconds();
        double seconds = pull(server, blob, connections);
        double cost = server.processes().cpuSeconds() - cpu;
        double gigabytes = blob.size() / 1e9 * connections * times(connections);
        sheet.add(server.label(), GIGABYTES_PER_SECOND, gigabytes / seconds);
        sheet.add(server.label(), CPU_PER_GB, cost / gigabytes);
        sheet.add(server.label(), RSS_PEAK_MB, server.processes().peakMegabytes());
    }
}
