package dev.tarn.cli.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.tarn.oci.ImageName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageFileTest {

    @TempDir private Path folder = Path.of("");

    private Path file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    private static List<String> read(Path file) {
        return ImageFile.read(file, Map.of("TAG", "v7", "EMPTY", "")).stream()
                .map(ImageName::toString)
                .toList();
    }

    @Test
    void aListHasOneImageALine() throws IOException {
        Path list = file("images", "# ours\nalpine:3\n\n  quay.io/a/b # theirs\nalpine:3\n");

        assertThat(read(list)).containsExactly("docker.io/library/alpine:3", "quay.io/a/b:latest");
    }

    @Test
    void aListMayHaveOneImageOnly() throws IOException {
        assertThat(read(file("images.txt", "alpine")))
                .containsExactly("docker.io/library/alpine:latest");
    }

    @Test
    void allContainersOfAllKubernetesThingsAreFound() throws IOException {
        Path manifests =
                file(
                        "k8s.yaml",
                        """
                        apiVersion: apps/v1
                        kind: Deployment
                        metadata: {name: app, annotations: {image: "not/this:one"}}
                        spec:
                          template:
                            spec:
                              initContainers: [{name: a, image: "quay.io/a/init:1"}]
                              containers:
                                - name: b
                                  image: quay.io/a/app:2
                                  env: [{name: IMAGE, value: "not/this:either"}]
                                - {name: c, image: alpine}
                        ---
                        apiVersion: batch/v1
                        kind: CronJob
                        spec:
                          jobTemplate: {spec: {template: {spec: {containers: [{image: "a/cron:3"}]}}}}
                        ---
                        apiVersion: v1
                        kind: List
                        items:
                          - {kind: Pod, spec: {containers: [{image: "a/pod:4"}], ephemeralContainers: [{image: "a/debug:5"}]}}
                        ---
                        """);

        assertThat(read(manifests))
                .containsExactly(
                        "quay.io/a/init:1",
                        "quay.io/a/app:2",
                        "docker.io/library/alpine:latest",
                        "docker.io/a/cron:3",
                        "docker.io/a/pod:4",
                        "docker.io/a/debug:5");
    }

    @Test
    void whatAComposeFileBuildsIsNotPulled() throws IOException {
        Path compose =
                file(
                        "compose.yaml",
                        """
                        services:
                          web: {image: "quay.io/a/web:${TAG}"}
                          db: {image: "postgres:${VERSION:-17}"}
                          cache: {image: "redis:${EMPTY:-8}"}
                          bare: {image: "quay.io/a/bare:$TAG"}
                          own: {build: ., image: "own:latest"}
                          none: {build: .}
                        """);

        assertThat(read(compose))
                .containsExactly(
                        "quay.io/a/web:v7",
                        "docker.io/library/postgres:17",
                        "docker.io/library/redis:8",
                        "quay.io/a/bare:v7");
    }

    @Test
    void whatIsWrongIsSaidWithTheFile() throws IOException {
        Path unset = file("a.yaml", "services: {a: {image: 'b:${NOT_SET}'}}");
        Path broken = file("b.yaml", "services: {a: [");
        Path odd = file("c.txt", "alpine\nNot An Image\n");
        Path none = folder.resolve("none");

        assertThatIllegalArgumentException()
                .isThrownBy(() -> read(unset))
                .withMessage(unset + ": the variable NOT_SET is not set");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> read(broken))
                .withMessageStartingWith(broken + ": ");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> read(odd))
                .withMessageStartingWith(odd + ": 'Not An Image' is no image");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> read(none))
                .withMessage(none + ": there is no such file");
    }
}
