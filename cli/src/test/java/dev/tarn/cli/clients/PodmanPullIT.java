package dev.tarn.cli.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/// Podman pulls through Tarn by path: from `docker.io` through a mirror in its `registries.conf`,
/// and from `quay.io` by asking Tarn itself.
final class PodmanPullIT {
    private static final String FROM_HUB = "docker.io/" + Stage.REPOSITORY + ":" + Stage.IMAGE;

    @Test
    void oneNameIsTwoImagesOnTwoPaths(TestInfo test) throws IOException {
        try (Stage stage = Stage.open(test)) {
            Podman podman = stage.podman();

            assertBothArePulled(podman, stage);
            List<String> fromHub = stage.hub().registry().blobFetches();
            List<String> fromQuay = stage.quay().registry().blobFetches();
            assertThat(fromHub).hasSameElementsAs(stage.hub().images().blobs(Stage.IMAGE));
            assertThat(fromQuay).hasSameElementsAs(stage.quay().images().blobs(Stage.IMAGE));

            assertBothArePulled(podman, stage);
            assertThat(stage.hub().registry().blobFetches()).isEqualTo(fromHub);
            assertThat(stage.quay().registry().blobFetches()).isEqualTo(fromQuay);

            stage.stopUpstreams();
            assertBothArePulled(podman, stage);

            stage.tarn().restart();
            assertBothArePulled(podman, stage);
        }
    }

    /// Leaves podman without an image.
    private static void assertBothArePulled(Podman podman, Stage stage) throws IOException {
        String fromQuay =
                stage.tarn().address() + "/quay.io/" + Stage.REPOSITORY + ":" + Stage.IMAGE;

        assertThat(podman.pull(FROM_HUB)).isEqualTo(stage.hub().images().digest(Stage.IMAGE));
        assertThat(podman.greeting(FROM_HUB)).isEqualTo("docker.io");
        assertThat(podman.pull(fromQuay)).isEqualTo(stage.quay().images().digest(Stage.IMAGE));
        assertThat(podman.greeting(fromQuay)).isEqualTo("quay.io");
        podman.removeAll();
    }
}
