package dev.tarn.bench.scenario;

import static dev.tarn.bench.report.Goal.Relation.AT_MOST;
import static dev.tarn.bench.report.Metric.GIGABYTES_PER_SECOND;
import static dev.tarn.bench.report.Metric.P50_MS;
import static dev.tarn.bench.report.Metric.P99_MS;

import dev.tarn.bench.fixture.Blob;
import dev.tarn.bench.fixture.Image;
import dev.tarn.bench.fixture.Shelf;
import dev.tarn.bench.load.Crowd;
import dev.tarn.bench.load.SteadyLoad;
import dev.tarn.bench.load.SteadyLoad.Wanted;
import dev.tarn.bench.machine.Commands;
import dev.tarn.bench.report.Figures;
import dev.tarn.bench.report.Goal;
import dev.tarn.bench.report.Sheet;
import dev.tarn.bench.server.Peer;
import dev.tarn.bench.server.Server;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/// A stored blob that the disk must be asked for, and whether small requests have to wait for it.
record ColdPageCacheScenario() implements Scenario {

    private static final Path DROP_CACHES = Path.of("/proc/sys/vm/drop_caches");
    private static final int CONNECTIONS = 8;
    private static final double REQUESTS_PER_SECOND = 200;

    @Override
    public String name() {
        return "cold-page-cache";
    }

    @Override
    public String what() {
        return "warm blob of 1 GB whose file is not in memory, 200 small requests/s beside it; needs root";
    }

    @Override
    public Result run(Bench bench) throws IOException {
        Sheet sheet = new Sheet(name());
        if (!Files.isWritable(DROP_CACHES)) {
            sheet.note("left out: only root may drop the page cache");
            return new Result(List.of(sheet), List.of());
        }
        try (Stand stand =
                Stand.open(
                        bench,
                        12,
                        bench.unlessQuick(
                                List.of(Peer.TARN, Peer.NGINX_STATIC),
                                Peer.NGINX_STATIC_AIO,
                                Peer.DOCKER_REGISTRY))) {
            Blob large = stand.fixtures().blob(1_000_000_000);
            Image image = stand.fixtures().image(List.of(1_000L));
            stand.shelf().add(large);
            stand.shelf().add(image, "small");
            stand.warm(Shelf.pathOf(large), large);
            stand.warm(Shelf.pathOf(image), image.manifest());
            List<Wanted> small =
                    List.of(
                            new Wanted("/v2/", null),
                            new Wanted(Shelf.pathOf(image), image.manifest()));
            bench.inRounds(stand.servers(), server -> sample(sheet, server, small, large));
        }
        return new Result(List.of(sheet), List.of(Goal.value(sheet, P99_MS, "tarn", AT_MOST, 20)));
    }

    private static void sample(Sheet sheet, Server server, List<Wanted> small, Blob large)
            throws IOException {
        // The reference that bodies are compared with stays in memory: this process has it mapped.
        large.touch();
        Commands.output(Path.of("/"), List.of("sync"));
        Files.writeString(DROP_CACHES, "3");
        for (Wanted wanted : small) {
            if (wanted.blob() != null) {
                Stand.pull(server, wanted.path(), wanted.blob()); // only the large one is cold
            }
        }
        SteadyLoad load =
                new SteadyLoad(server.endpoint(), small, CONNECTIONS, REQUESTS_PER_SECOND);
        AtomicBoolean isPulling = new AtomicBoolean(true);
        Crowd.both(
                () -> {
                    try {
                        return Crowd.pull(server.endpoint(), Shelf.pathOf(large), large, 1, 1);
                    } finally {
                        isPulling.set(false);
                    }
                },
                () -> load.run(isPulling::get),
                (seconds, millis) -> {
                    sheet.add(server.label(), P50_MS, Figures.median(millis));
                    sheet.add(server.label(), P99_MS, Figures.quantile(millis, 0.99));
                    sheet.add(server.label(), GIGABYTES_PER_SECOND, large.size() / 1e9 / seconds);
                });
    }
}
