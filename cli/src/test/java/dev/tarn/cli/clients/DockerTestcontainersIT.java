package dev.tarn.cli.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.startupcheck.OneShotStartupCheckStrategy;
import org.testcontainers.utility.DockerImageName;

/// Testcontainers, as a project's integration tests use it, with a daemon whose mirror is Tarn.
final class DockerTestcontainersIT {
    @Test
    void aContainerStartsFromAnImageThatCameThroughTarn(TestInfo test) throws IOException {
        assertThat(System.getenv("TESTCONTAINERS_RYUK_DISABLED"))
                .as("environment of the Maven profile `clients`")
                .isEqualTo("true");
        try (Stage stage = Stage.open(test)) {
            System.setProperty("DOCKER_HOST", stage.dockerd().host());

            assertThat(startedContainerPrints()).isEqualTo("docker.io");
            assertThat(stage.hub().registry().blobFetches())
                    .as("blobs that Tarn fetched")
                    .hasSameElementsAs(stage.hub().images().blobs(Stage.IMAGE));
        } finally {
            System.clearProperty("DOCKER_HOST");
        }
    }

    /// Testcontainers pulls the image by itself.
    private static String startedContainerPrints() {
        DockerImageName image = DockerImageName.parse("tarn-greeting:" + Stage.IMAGE);
        try (GenericContainer<?> container = new GenericContainer<>(image)) {
            container.withNetworkMode("none");
            container.withStartupCheckStrategy(new OneShotStartupCheckStrategy());
            container.start();
            return container.getLogs().strip();
        }
    }
}
