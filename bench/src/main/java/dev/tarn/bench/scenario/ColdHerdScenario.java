package dev.tarn.bench.scenario;

import static dev.tarn.bench.report.Goal.Relation.AT_MOST;

import dev.tarn.bench.fixture.Image;
import dev.tarn.bench.load.ImagePull;
import dev.tarn.bench.report.Goal;
import dev.tarn.bench.report.Metric;
import dev.tarn.bench.report.Sheet;
import dev.tarn.bench.server.Peer;
import dev.tarn.bench.server.Server;
import dev.tarn.bench.upstream.Link;
import java.io.IOException;
import java.time.Duration;
import java.util.Collections;
import java.util.List;

/// Many clients that want the same cold image at the same time.
record ColdHerdScenario() implements Scenario {

    private static final int CLIENTS = 64;
    private static final double RATE = 20e6;
    private static final Link LINK =
            new Link(Duration.ofMillis(20), Double.POSITIVE_INFINITY, RATE);
    private static final Metric ALONE = new Metric("one alone, s");
    private static final Metric LAST = new Metric("last of 64, s");

    @Override
    public String name() {
        return "cold-herd";
    }

    @Override
    public String what() {
        return "64 clients pull one cold image of 5 layers, 500 MB (quick: 40 MB), 20 ms away, over 20 MB/s in all";
    }

    @Override
    public Result run(Bench bench) throws IOException {
        Sheet sheet = new Sheet(name());
        sheet.note("others than tarn are shown for information: one round, none with --quick");
        long layerBytes = bench.isQuick() ? 8_000_000 : 100_000_000;
        try (Stand stand =
                Stand.open(
                        bench,
                        7,
                        bench.unlessQuick(
                                List.of(Peer.TARN),
                                Peer.TRAFFIC_SERVER,
                                Peer.NGINX_CACHE,
                                Peer.DOCKER_REGISTRY))) {
            stand.warmUp();
            for (Server server : stand.servers()) {
                int rounds = server.peer() == Peer.TARN ? bench.rounds() : 1;
                for (int round = 0; round < rounds; round++) {
                    sample(sheet, stand, server, layerBytes, "cold" + round);
                }
            }
        }
        return new Result(
                List.of(sheet),
                List.of(
                        Goal.value(sheet, Metric.UPSTREAM_BYTES, "tarn", AT_MOST, 1.0005),
                        Goal.ratio(
                                "cold-herd: last of 64 ÷ one alone",
                                sheet.median("tarn", LAST),
                                sheet.median("tarn", ALONE),
                                AT_MOST,
                                1.15)));
    }

    private static void sample(
            Sheet sheet, Stand stand, Server server, long layerBytes, String round)
            throws IOException {
        double ideal = 5 * layerBytes / RATE;
        Duration patience = Duration.ofMillis((long) (ideal * 3000));
        String label = server.label();
        try {
            ImagePull alone = pull(stand, server, layerBytes, label + round + "-alone", patience);
            sheet.add(label, ALONE, alone.run());
            ImagePull herd = pull(stand, server, layerBytes, label + round + "-herd", patience);
            long before = stand.upstream().traffic().blobBytes();
            double seconds = herd.runByMany(CLIENTS);
            long sent = stand.upstream().traffic().blobBytes() - before;
            sheet.add(label, LAST, seconds);
            sheet.add(label, Metric.UPSTREAM_BYTES, sent / (double) herd.image().blobBytes());
        } catch (IOException e) {
            sheet.note("%s: not done after %d s".formatted(label, patience.toSeconds()));
        }
    }

    /// Of a fresh image, over a link that nothing is left on.
    private static ImagePull pull(
            Stand stand, Server server, long layerBytes, String tag, Duration patience)
            throws IOException {
        Image image = stand.fixtures().image(Collections.nCopies(5, layerBytes));
        stand.shelf().add(image, tag);
        stand.upstream().use(LINK);
        return new ImagePull(server.endpoint(), image, tag, patience);
    }
}
