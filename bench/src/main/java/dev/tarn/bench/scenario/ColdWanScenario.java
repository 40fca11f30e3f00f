package dev.tarn.bench.scenario;

import static dev.tarn.bench.report.Goal.Relation.AT_MOST;
import static dev.tarn.bench.report.Metric.SECONDS;

import dev.tarn.bench.fixture.Image;
import dev.tarn.bench.load.Endpoint;
import dev.tarn.bench.load.ImagePull;
import dev.tarn.bench.report.Goal;
import dev.tarn.bench.report.Sheet;
import dev.tarn.bench.server.Peer;
import dev.tarn.bench.server.Server;
import dev.tarn.bench.upstream.Link;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/// A cold image from a registry that is far away.
record ColdWanScenario() implements Scenario {

    private static final Link LINK = new Link(Duration.ofMillis(100), 10e6, 100e6);
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final List<Integer> MEGABYTES = List.of(200, 80, 80, 30, 30, 30, 2, 2, 2, 2);

    @Override
    public String name() {
        return "cold-wan";
    }

    @Override
    public String what() {
        return "cold image of 10 layers, 456 MB (quick: half of it), 100 ms away, 10 MB/s per connection, 100 MB/s in all; 3 layers at a time";
    }

    @Override
    public Result run(Bench bench) throws IOException {
        Sheet sheet = new Sheet(name());
        sheet.note(
                "others than tarn and direct are shown for information: one round, none with --quick");
        try (Stand stand =
                Stand.open(
                        bench,
                        6,
                        bench.unlessQuick(
                                List.of(Peer.TARN),
                                Peer.NGINX_CACHE,
                                Peer.DOCKER_REGISTRY,
                                Peer.TRAFFIC_SERVER))) {
            stand.warmUp();
            long megabyte = bench.isQuick() ? 500_000 : 1_000_000;
            for (int round = 0; round < bench.rounds(); round++) {
                String tag = "cold" + round;
                Image image =
                        stand.fixtures()
                                .image(MEGABYTES.stream().map(size -> size * megabyte).toList());
                stand.shelf().add(image, tag);
                stand.upstream().use(LINK);
                List<String> targets =
                        Stream.concat(
                                        Stream.of("direct"),
                                        stand.servers().stream().map(Server::label))
                                .filter(target -> isForEveryRound(target))
                                .toList();
                Bench.inOneRound(
                        targets, round, target -> sample(sheet, stand, target, image, tag));
                if (round == 0) {
                    for (Server server : stand.servers()) {
                        if (!isForEveryRound(server.label())) {
                            Stand.inform(
                                    sheet,
                                    server,
                                    it -> sample(sheet, stand, it.label(), image, tag));
                        }
                    }
                }
            }
        }
        return new Result(
                List.of(sheet),
                List.of(Goal.ratio(sheet, SECONDS, "tarn", "direct", AT_MOST, 0.35)));
    }

    private static boolean isForEveryRound(String target) {
        return target.equals("direct") || target.equals("tarn");
    }

    private static void sample(Sheet sheet, Stand stand, String target, Image image, String tag)
            throws IOException {
        Endpoint endpoint =
                stand.find(target)
                        .map(Server::endpoint)
                        .orElse(new Endpoint(stand.upstream().port(), false));
        sheet.add(target, SECONDS, new ImagePull(endpoint, image, tag, PATIENCE).run());
    }
}
