package dev.tarn.cli.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/// containerd pulls through one Tarn as the mirror of two registries, which its `hosts.toml` names.
/// Only `?ns=` tells Tarn which of them is meant.
final class ContainerdPullIT {
    private static final String FROM_HUB = "docker.io/" + Stage.REPOSITORY + ":" + Stage.IMAGE;
    private static final String FROM_QUAY = "quay.io/" + Stage.REPOSITORY + ":" + Stage.IMAGE;

    @Test
    void oneNameIsTwoImagesInTwoNamespaces(TestInfo test) throws IOException {
        try (Stage stage = Stage.open(test)) {
            Containerd containerd = stage.containerd();

            assertBothArePulled(containerd, stage);
            List<String> fromHub = stage.hub().registry().blobFetches();
            List<String> fromQuay = stage.quay().registry().blobFetches();
            assertThat(fromHub).hasSameElementsAs(stage.hub().images().blobs(Stage.IMAGE));
            assertThat(fromQuay).hasSameElementsAs(stage.quay().images().blobs(Stage.IMAGE));

            assertBothArePulled(containerd, stage);
            assertThat(stage.hub().registry().blobFetches()).isEqualTo(fromHub);
            assertThat(stage.quay().registry().blobFetches()).isEqualTo(fromQuay);

            stage.stopUpstreams();
            assertBothArePulled(containerd, stage);

            stage.tarn().restart();
            assertBothArePulled(containerd, stage);
        }
    }

    /// Leaves containerd as empty as it found it.
    private static void assertBothArePulled(Containerd containerd, Stage stage) throws IOException {
        assertThat(containerd.content()).isEmpty();
        assertThat(containerd.pull(FROM_HUB)).isEqualTo(stage.hub().images().digest(Stage.IMAGE));
        assertThat(containerd.pull(FROM_QUAY)).isEqualTo(stage.quay().images().digest(Stage.IMAGE));
        assertThat(containerd.content())
                .containsAll(stage.hub().images().blobs(Stage.IMAGE))
                .containsAll(stage.quay().images().blobs(Stage.IMAGE));
        containerd.remove(FROM_HUB, FROM_QUAY);
    }
}
