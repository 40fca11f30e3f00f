package dev.tarn.bench.scenario;

import static dev.tarn.bench.report.Goal.Relation.AT_LEAST;
import static dev.tarn.bench.report.Metric.REQUESTS_PER_SECOND;

import dev.tarn.bench.fixture.Image;
import dev.tarn.bench.fixture.Shelf;
import dev.tarn.bench.report.Goal;
import dev.tarn.bench.report.Sheet;
import dev.tarn.bench.server.Peer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// A warm manifest, by its digest and by a tag within its TTL.
record ManifestScenario() implements Scenario {

    @Override
    public String name() {
        return "manifest";
    }

    @Override
    public String what() {
        return "warm manifest of 10 layers, 32 keep-alive connections";
    }

    @Override
    public Result run(Bench bench) throws IOException {
        try (Stand stand =
                Stand.open(
                        bench,
                        1,
                        bench.unlessQuick(
                                List.of(Peer.TARN, Peer.NGINX_STATIC, Peer.DOCKER_REGISTRY),
                                Peer.NGINX_CACHE,
                                Peer.TRAFFIC_SERVER))) {
            Image image = stand.fixtures().image(Collections.nCopies(10, 1_000L));
            stand.shelf().add(image, "latest");
            List<Sheet> sheets = new ArrayList<>();
            List<Goal> goals = new ArrayList<>();
            for (SmallRequests requests :
                    List.of(
                            new SmallRequests(
                                    "manifest by digest", Shelf.pathOf(image), image.manifest()),
                            new SmallRequests(
                                    "manifest by tag", Shelf.pathOf("latest"), image.manifest()))) {
                Sheet sheet = requests.run(bench, stand);
                sheets.add(sheet);
                goals.add(
                        Goal.ratio(
                                sheet,
                                REQUESTS_PER_SECOND,
                                "tarn",
                                "nginx-static",
                                AT_LEAST,
                                0.85));
                goals.add(
                        Goal.ratio(
                                sheet,
                                REQUESTS_PER_SECOND,
                                "tarn",
                                "docker-registry",
                                AT_LEAST,
                                80));
            }
            return new Result(sheets, goals);
        }
    }
}
