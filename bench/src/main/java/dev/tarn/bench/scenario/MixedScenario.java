package dev.tarn.bench.scenario;

import static dev.tarn.bench.report.Goal.Relation.AT_MOST;
import static dev.tarn.bench.report.Metric.CPU_SECONDS;
import static dev.tarn.bench.report.Metric.P50_MS;
import static dev.tarn.bench.report.Metric.P99_MS;

import dev.tarn.bench.fixture.Blob;
import dev.tarn.bench.fixture.Image;
import dev.tarn.bench.fixture.Shelf;
import dev.tarn.bench.load.SteadyLoad;
import dev.tarn.bench.load.SteadyLoad.Wanted;
import dev.tarn.bench.load.Streams;
import dev.tarn.bench.report.Figures;
import dev.tarn.bench.report.Goal;
import dev.tarn.bench.report.Sheet;
import dev.tarn.bench.server.Peer;
import dev.tarn.bench.server.Server;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The requests that registries really get, small ones, alone and beside large streams.
record MixedScenario() implements Scenario {

    private static final int CONNECTIONS = 64;
    private static final double REQUESTS_PER_SECOND = 1_000;
    private static final int STREAMS = 8;
    private static final double STREAM_RATE = 50e6;

    /// Half of all blobs are no larger than 14.7 kB; sizes at even distances among those.
    private static final List<Long> SIZES =
            List.of(110L, 150L, 215L, 340L, 550L, 975L, 1_900L, 3_700L, 7_400L, 14_700L);

    @Override
    public String name() {
        return "mixed";
    }

    @Override
    public String what() {
        return "46 % /v2/, 18 % manifests, 36 % small blobs at 1,000/s over 64 connections: alone, and beside 8 streams of 50 MB/s";
    }

    @Override
    public Result run(Bench bench) throws IOException {
        Sheet alone = new Sheet("mixed, alone");
        Sheet beside = new Sheet("mixed, beside streams");
        try (Stand stand =
                Stand.open(
                        bench,
                        11,
                        bench.unlessQuick(
                                List.of(Peer.TARN, Peer.NGINX_STATIC),
                                Peer.DOCKER_REGISTRY,
                                Peer.TRAFFIC_SERVER))) {
            Blob large = stand.fixtures().blob(500_000_000);
            stand.shelf().add(large);
            stand.warm(Shelf.pathOf(large), large);
            List<Wanted> mix = mix(stand);
            stand.warm(stored(mix));
            Duration duration = Duration.ofSeconds(bench.isQuick() ? 2 : 5);
            for (Server server : stand.servers()) {
                if (server.peer() == Peer.TARN) {
                    for (Wanted wanted : List.of(mix.getFirst(), mix.get(23), mix.getLast())) {
                        SmallRequests.compile(bench, server, wanted.path());
                    }
                }
                load(server, mix).run(Duration.ofSeconds(bench.isQuick() ? 1 : 5));
            }
            bench.inRounds(
                    stand.servers(),
                    server -> {
                        sample(alone, server, mix, duration);
                        try (Streams _ =
                                Streams.open(server.endpoint(), large, STREAMS, STREAM_RATE)) {
                            sample(beside, server, mix, duration);
                        }
                    });
        }
        return new Result(List.of(alone, beside), List.of(goal("tarn", alone, beside)));
    }

    private static Goal goal(String label, Sheet alone, Sheet beside) {
        return Goal.ratio(
                "mixed: p99 beside streams ÷ alone",
                beside.median(label, P99_MS),
                alone.median(label, P99_MS),
                AT_MOST,
                2);
    }

    /// Fifty things to draw from, in the shares of the trace.
    private static List<Wanted> mix(Stand stand) throws IOException {
        List<Wanted> mix = new ArrayList<>();
        for (int i = 0; i < 23; i++) {
            mix.add(new Wanted("/v2/", null));
        }
        for (int i = 0; i < 9; i++) {
            Image image = stand.fixtures().image(List.of(1_000L, 2_000L, 3_000L));
            stand.shelf().add(image, "mixed" + i);
            mix.add(new Wanted(Shelf.pathOf(image), image.manifest()));
        }
        for (int i = 0; i < 18; i++) {
            Blob blob = stand.fixtures().blob(SIZES.get(i % SIZES.size()));
            stand.shelf().add(blob);
            mix.add(new Wanted(Shelf.pathOf(blob), blob));
        }
        return mix;
    }

    /// What of that has to be there, by its path.
    private static Map<String, Blob> stored(List<Wanted> mix) {
        Map<String, Blob> stored = new LinkedHashMap<>();
        for (Wanted wanted : mix) {
            if (wanted.blob() != null) {
                stored.put(wanted.path(), wanted.blob());
            }
        }
        return stored;
    }

    private static SteadyLoad load(Server server, List<Wanted> mix) {
        return new SteadyLoad(server.endpoint(), mix, CONNECTIONS, REQUESTS_PER_SECOND);
    }

    private static void sample(Sheet sheet, Server server, List<Wanted> mix, Duration duration)
            throws IOException {
        double cpu = server.processes().cpuSeconds();
        List<Double> millis = load(server, mix).run(duration);
        sheet.add(server.label(), P50_MS, Figures.median(millis));
        sheet.add(server.label(), P99_MS, Figures.quantile(millis, 0.99));
        sheet.add(server.label(), CPU_SECONDS, server.processes().cpuSeconds() - cpu);
    }
}
