package dev.tarn.cli.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/// The Docker daemon pulls through Tarn as its `registry-mirrors`.
final class DockerPullIT {
    private static final String IMAGE = "tarn-greeting:" + Stage.IMAGE;

    @Test
    void anImageRunsAndOutlivesItsUpstreamAndARestart(TestInfo test) throws IOException {
        try (Stage stage = Stage.open(test)) {
            Dockerd dockerd = stage.dockerd();
            ImageLayout images = stage.hub().images();

            assertThat(pullAndRun(dockerd)).isEqualTo("docker.io");
            assertThat(dockerd.digestOf(IMAGE))
                    .isEqualTo("tarn-greeting@" + images.digest(Stage.IMAGE));
            List<String> fetched = stage.hub().registry().blobFetches();
            assertThat(fetched)
                    .as("blobs that Tarn fetched for dockerd")
                    .hasSameElementsAs(images.blobs(Stage.IMAGE));

            dockerd.remove(IMAGE);
            assertThat(pullAndRun(dockerd)).isEqualTo("docker.io");
            assertThat(stage.hub().registry().blobFetches())
                    .as("blobs fetched after a second pull")
                    .isEqualTo(fetched);

            stage.stopUpstreams();
            dockerd.remove(IMAGE);
            assertThat(pullAndRun(dockerd)).isEqualTo("docker.io");

            stage.tarn().restart();
            dockerd.remove(IMAGE);
            assertThat(pullAndRun(dockerd)).isEqualTo("docker.io");
        }
    }

    @Test
    void anIndexGivesTheImageOfThisMachine(TestInfo test) throws IOException {
        try (Stage stage = Stage.open(test)) {
            Dockerd dockerd = stage.dockerd();
            String index = "tarn-greeting:" + Stage.INDEX;

            dockerd.pull(index);

            assertThat(dockerd.run(index)).isEqualTo("docker.io");
            assertThat(dockerd.digestOf(index))
                    .isEqualTo("tarn-greeting@" + stage.hub().images().digest(Stage.INDEX));
        }
    }

    private static String pullAndRun(Dockerd dockerd) throws IOException {
        assertThat(dockerd.pull(IMAGE)).contains("Downloaded newer image");
        return dockerd.run(IMAGE);
    }
}
