package dev.tarn.bench.scenario;

import static dev.tarn.bench.report.Goal.Relation.AT_MOST;
import static dev.tarn.bench.report.Metric.CPU_PER_GB;
import static dev.tarn.bench.report.Metric.RSS_PEAK_MB;
import static dev.tarn.bench.report.Metric.SECONDS;

import dev.tarn.bench.fixture.Blob;
import dev.tarn.bench.fixture.Fixtures;
import dev.tarn.bench.fixture.Shelf;
import dev.tarn.bench.load.Connection;
import dev.tarn.bench.machine.Memory;
import dev.tarn.bench.report.Goal;
import dev.tarn.bench.report.Sheet;
import dev.tarn.bench.server.Peer;
import dev.tarn.bench.server.Server;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// What a cold blob costs whoever fetches it over TLS. The upstream is nginx, so that it does not
/// stand in the way.
record MissCpuScenario() implements Scenario {

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    /// As much memory as so many blobs is claimed before each pull: what is free goes back to the
    /// host while the pull runs, up to 1.5 GB within 2 s.
    private static final int CLAIMED_BLOBS = 4;

    /// Of 1 GB each, until a JVM has compiled most of what runs once for each piece of a blob.
    private static final int WARM_UP_PULLS = 10;

    @Override
    public String name() {
        return "miss-cpu";
    }

    @Override
    public String what() {
        return "cold blob of 1 GB from an nginx over TLS 1.3 with AES-128-GCM, one client";
    }

    @Override
    public Result run(Bench bench) throws IOException {
        Sheet sheet = new Sheet(name());
        sheet.note("CPU until the server is quiet again; docker-registry fetches each blob twice");
        List<Server> servers = new ArrayList<>();
        try (Fixtures fixtures = bench.fixtures(5);
                Server upstream = bench.lab().startTls(Peer.NGINX_STATIC, "http://127.0.0.1:9")) {
            for (Peer peer :
                    bench.chosen(
                            bench.unlessQuick(
                                    List.of(Peer.TARN, Peer.NGINX_CACHE, Peer.DOCKER_REGISTRY),
                                    Peer.TRAFFIC_SERVER))) {
                servers.add(
                        bench.lab().start(peer, "https://localhost:" + upstream.endpoint().port()));
            }
            for (int i = 0; i < WARM_UP_PULLS; i++) {
                pull(bench, fixtures, upstream, servers, i, new Sheet("to get warm"));
            }
            for (int round = 0; round < bench.rounds(); round++) {
                pull(bench, fixtures, upstream, servers, round, sheet);
            }
        } finally {
            servers.forEach(Server::close);
        }
        return new Result(
                List.of(sheet),
                List.of(
                        Goal.ratio(sheet, CPU_PER_GB, "tarn", "docker-registry", AT_MOST, 0.7),
                        Goal.difference(sheet, CPU_PER_GB, "tarn", "nginx-cache", AT_MOST, 0.7)));
    }

    /// Everyone pulls the same fresh blob, one after another.
    private static void pull(
            Bench bench,
            Fixtures fixtures,
            Server upstream,
            List<Server> servers,
            int round,
            Sheet sheet)
            throws IOException {
        Blob blob = fixtures.blob(bench.isQuick() ? 300_000_000 : 1_000_000_000);
        Shelf shelf = new Shelf();
        shelf.add(blob);
        upstream.stock(shelf);
        Bench.inOneRound(servers, round, server -> sample(bench, sheet, server, blob));
        upstream.unstock(shelf);
    }

    private static void sample(Bench bench, Sheet sheet, Server server, Blob blob)
            throws IOException {
        Memory.claim(bench.work(), CLAIMED_BLOBS * blob.size());
        server.processes().forgetPeak();
        double cpu = server.processes().cpuSeconds();
        try (Connection connection = Connection.open(server.endpoint(), PATIENCE)) {
            double seconds = connection.get(Shelf.pathOf(blob), blob).seconds();
            server.awaitQuiet();
            double cost = server.processes().cpuSeconds() - cpu;
            sheet.add(server.label(), CPU_PER_GB, cost / (blob.size() / 1e9));
            sheet.add(server.label(), SECONDS, seconds);
            sheet.add(server.label(), RSS_PEAK_MB, server.processes().peakMegabytes());
        }
        server.dropLargeFiles(blob.size());
    }
}
