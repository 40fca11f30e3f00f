package dev.tarn.cli.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import tools.jackson.databind.JsonNode;

/// What Tarn says of a pull is what the one who pulled has seen.
final class PullRecordIT {
    private static final String IMAGE = "tarn-greeting:" + Stage.IMAGE;

    /// Slow enough that the pull takes its time for the link, and not for unpacking, on a machine
    /// that is busy with other things, too.
    private static final long LINK_BYTES_PER_SECOND = 300_000;

    @Test
    void aColdAndAWarmPullOfDockerAreTwoRecords(TestInfo test) throws IOException {
        try (Stage stage = Stage.open(test);
                SlowRelay link = SlowRelay.to(stage.tarn().address(), LINK_BYTES_PER_SECOND)) {
            Dockerd dockerd = stage.dockerd(link.address());

            Duration cold = timed(dockerd);
            dockerd.remove(IMAGE);
            Duration warm = timed(dockerd);

            JsonNode ended = stage.tarn().api("pulls").path("ended");
            assertThat(ended).hasSize(2);
            long size = 0;
            for (String blob : stage.hub().images().blobs(Stage.IMAGE)) {
                size += stage.hub().images().size(blob);
            }
            JsonNode warmPull = ended.get(0);
            JsonNode coldPull = ended.get(1);
            assertRight(stage, coldPull, size, cold);
            assertRight(stage, warmPull, size, warm);
            assertThat(coldPull.path("upstreamBytes").asLong())
                    .isEqualTo(coldPull.path("bytes").asLong());
            assertThat(warmPull.path("cachedBytes").asLong())
                    .isEqualTo(warmPull.path("bytes").asLong());
            assertThat(warmPull.path("slowedBy").asString()).isEqualTo("client");
        }
    }

    private static Duration timed(Dockerd dockerd) throws IOException {
        long start = System.nanoTime();
        assertThat(dockerd.pull(IMAGE)).contains("Downloaded newer image");
        return Duration.ofNanos(System.nanoTime() - start);
    }

    private static void assertRight(Stage stage, JsonNode pull, long size, Duration seen) {
        assertThat(pull.path("outcome").asString()).isEqualTo("complete");
        assertThat(pull.path("repository").asString()).isEqualTo(Stage.REPOSITORY);
        assertThat(pull.path("reference").asString()).isEqualTo(Stage.IMAGE);
        assertThat(pull.path("digest").asString())
                .isEqualTo(stage.hub().images().digest(Stage.IMAGE));
        assertThat(pull.path("agent").asString()).startsWith("docker/");
        assertThat(pull.path("layers")).hasSize(7); // the configuration, too
        assertThat(pull.path("size").asLong()).isEqualTo(size);
        // the manifest is some kilobytes on top, unless Docker has kept it
        assertThat(pull.path("bytes").asLong()).isBetween(size, size + 10_000);
        assertThat(pull.path("duration").asLong())
                .isCloseTo(seen.toMillis(), Percentage.withPercentage(10));
    }
}
