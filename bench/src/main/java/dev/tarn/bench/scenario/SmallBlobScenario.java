package dev.tarn.bench.scenario;

import static dev.tarn.bench.report.Goal.Relation.AT_LEAST;
import static dev.tarn.bench.report.Metric.REQUESTS_PER_SECOND;

import dev.tarn.bench.fixture.Blob;
import dev.tarn.bench.fixture.Shelf;
import dev.tarn.bench.report.Goal;
import dev.tarn.bench.report.Sheet;
import dev.tarn.bench.server.Peer;
import java.io.IOException;
import java.util.List;

/// A warm blob of 100 kB.
record SmallBlobScenario() implements Scenario {

    @Override
    public String name() {
        return "small-blob";
    }

    @Override
    public String what() {
        return "warm blob of 100 kB, 32 keep-alive connections";
    }

    @Override
    public Result run(Bench bench) throws IOException {
        try (Stand stand =
                Stand.open(
                        bench,
                        2,
                        bench.unlessQuick(
                                List.of(Peer.TARN, Peer.NGINX_STATIC, Peer.DOCKER_REGISTRY),
                                Peer.NGINX_CACHE,
                                Peer.TRAFFIC_SERVER))) {
            Blob blob = stand.fixtures().blob(100_000);
            stand.shelf().add(blob);
            Sheet sheet =
                    new SmallRequests("small blob", Shelf.pathOf(blob), blob).run(bench, stand);
            return new Result(
                    List.of(sheet),
                    List.of(
                            Goal.ratio(
                                    sheet,
                                    REQUESTS_PER_SECOND,
                                    "tarn",
                                    "nginx-static",
                                    AT_LEAST,
                                    0.9),
                            Goal.ratio(
                                    sheet,
                                    REQUESTS_PER_SECOND,
                                    "tarn",
                                    "docker-registry",
                                    AT_LEAST,
                                    60)));
        }
    }
}
