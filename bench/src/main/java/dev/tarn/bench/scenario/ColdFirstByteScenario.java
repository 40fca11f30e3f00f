package dev.tarn.bench.scenario;

import static dev.tarn.bench.report.Goal.Relation.AT_MOST;
import static dev.tarn.bench.report.Metric.FIRST_BYTE_MS;

import dev.tarn.bench.fixture.Blob;
import dev.tarn.bench.fixture.Image;
import dev.tarn.bench.fixture.Shelf;
import dev.tarn.bench.load.Answer;
import dev.tarn.bench.load.Connection;
import dev.tarn.bench.load.Endpoint;
import dev.tarn.bench.report.Goal;
import dev.tarn.bench.report.Sheet;
import dev.tarn.bench.server.Peer;
import dev.tarn.bench.server.Server;
import dev.tarn.bench.upstream.Link;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

/// How much later the first byte comes through a mirror that does not have it yet.
record ColdFirstByteScenario() implements Scenario {

    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final List<Integer> DISTANCES_MILLIS = List.of(0, 50);
    private static final int SAMPLES = 3;

    /// Pulls before that, of smaller blobs and from nearby, so that compilers have seen a miss.
    private static final int UNCOUNTED = 200;

    @Override
    public String name() {
        return "cold-ttfb";
    }

    @Override
    public String what() {
        return "first byte of a cold blob of 50 MB and of a cold manifest, upstream 0 and 50 ms away, over kept connections";
    }

    @Override
    public Result run(Bench bench) throws IOException {
        List<Sheet> sheets = new ArrayList<>();
        List<Goal> goals = new ArrayList<>();
        try (Stand stand =
                Stand.open(
                        bench,
                        13,
                        bench.unlessQuick(
                                List.of(Peer.TARN),
                                Peer.NGINX_CACHE,
                                Peer.DOCKER_REGISTRY,
                                Peer.TRAFFIC_SERVER))) {
            stand.warmUp();
            Map<String, Connection> connections = new LinkedHashMap<>();
            try {
                connections.put("direct", connect(new Endpoint(stand.upstream().port(), false)));
                for (Server server : stand.servers()) {
                    connections.put(server.label(), connect(server.endpoint()));
                }
                measure(bench, stand, connections, sheets, goals);
            } finally {
                for (Connection connection : connections.values()) {
                    connection.close();
                }
            }
        }
        return new Result(sheets, goals);
    }

    /// Everyone keeps its connection, so that the direct pull pays for one round trip only.
    private static void measure(
            Bench bench,
            Stand stand,
            Map<String, Connection> connections,
            List<Sheet> sheets,
            List<Goal> goals)
            throws IOException {
        Sheet uncounted = new Sheet("to get warm");
        for (int i = 0; i < UNCOUNTED; i++) {
            Blob blob = stand.fixtures().blob(1_000_000);
            pull(stand, connections, i, blob, uncounted, uncounted, _ -> {});
        }
        stand.servers().forEach(Server::awaitQuiet);
        for (int distance : DISTANCES_MILLIS) {
            stand.upstream().use(Link.LOOPBACK.at(Duration.ofMillis(distance)));
            Sheet blobs = new Sheet("cold blob, %d ms away".formatted(distance));
            Sheet manifests = new Sheet("cold manifest, %d ms away".formatted(distance));
            for (int i = 0; i < bench.rounds() * SAMPLES; i++) {
                Blob blob = stand.fixtures().blob(50_000_000);
                pull(stand, connections, i, blob, blobs, manifests, Server::awaitQuiet);
            }
            for (Sheet sheet : List.of(blobs, manifests)) {
                sheets.add(sheet);
                goals.add(Goal.difference(sheet, FIRST_BYTE_MS, "tarn", "direct", AT_MOST, 2));
            }
        }
    }

    /// Everyone pulls the same fresh manifest and the same fresh blob. First all the manifests, so
    /// that nobody still stores one when a blob is asked for.
    private static void pull(
            Stand stand,
            Map<String, Connection> connections,
            int round,
            Blob blob,
            Sheet blobs,
            Sheet manifests,
            Consumer<Server> then)
            throws IOException {
        Image image = stand.fixtures().image(List.of(1_000L));
        stand.shelf().add(blob);
        stand.shelf().add(image, "cold");
        List<String> targets = List.copyOf(connections.keySet());
        Bench.inOneRound(
                targets,
                round,
                target ->
                        sample(
                                manifests,
                                target,
                                connections,
                                Shelf.pathOf(image),
                                image.manifest()));
        Bench.inOneRound(
                targets,
                round,
                target -> {
                    sample(blobs, target, connections, Shelf.pathOf(blob), blob);
                    stand.find(target).ifPresent(then);
                });
    }

    private static Connection connect(Endpoint endpoint) throws IOException {
        return Connection.open(endpoint, PATIENCE);
    }

    private static void sample(
            Sheet sheet, String target, Map<String, Connection> connections, String path, Blob blob)
            throws IOException {
        Answer answer = Objects.requireNonNull(connections.get(target)).get(path, blob);
        sheet.add(target, FIRST_BYTE_MS, answer.firstByteMillis());
    }
}
