package dev.tarn.cli.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/// skopeo reads and copies through Tarn.
final class SkopeoPullIT {
    private static final String ON_QUAY = "/quay.io/" + Stage.REPOSITORY;

    @Test
    void inspectSeesTheImageOfTheRegistryThatThePathNames(TestInfo test) throws IOException {
        try (Stage stage = Stage.open(test)) {
            String fromHub = stage.hub().images().digest(Stage.IMAGE);
            String fromQuay = stage.quay().images().digest(Stage.IMAGE);

            assertThat(inspect(stage, ON_QUAY)).isEqualTo(fromQuay);
            assertThat(inspect(stage, "/docker.io/" + Stage.REPOSITORY)).isEqualTo(fromHub);
            assertThat(inspect(stage, "/" + Stage.REPOSITORY)).isEqualTo(fromHub);
            assertThat(inspect(stage, "/tarn-greeting")).isEqualTo(fromHub);
        }
    }

    @Test
    void everyTagIsListed(TestInfo test) throws IOException {
        try (Stage stage = Stage.open(test)) {
            String tags = skopeo("list-tags", "--tls-verify=false", source(stage, ON_QUAY));

            assertThat(tags)
                    .contains("\"%s\"".formatted(Stage.IMAGE), "\"%s\"".formatted(Stage.INDEX));
        }
    }

    @Test
    void copiesAreExactAndOutliveTheUpstreamAndARestart(TestInfo test) throws IOException {
        try (Stage stage = Stage.open(test)) {
            assertExactCopies(stage, "first");

            stage.stopUpstreams();
            assertExactCopies(stage, "without-upstream");

            stage.tarn().restart();
            assertExactCopies(stage, "after-restart");
        }
    }

    private static void assertExactCopies(Stage stage, String when) throws IOException {
        ImageLayout images = stage.quay().images();
        String image = images.digest(Stage.IMAGE);
        String index = images.digest(Stage.INDEX);
        Path byTag = stage.folder(when + "-by-tag");
        Path byDigest = stage.folder(when + "-by-digest");
        Path whole = stage.folder(when + "-whole-index");

        copy(source(stage, ON_QUAY) + ":" + Stage.IMAGE, byTag);
        copy(source(stage, ON_QUAY) + "@" + image, byDigest);
        copy(source(stage, ON_QUAY) + ":" + Stage.INDEX, whole, "--all");

        assertThat(digest(byTag.resolve("manifest.json"))).isEqualTo(image);
        assertThat(digest(byDigest.resolve("manifest.json"))).isEqualTo(image);
        assertThat(digest(whole.resolve("manifest.json"))).isEqualTo(index);
        assertThat(fileNames(byTag)).containsAll(hexes(images, Stage.IMAGE));
        assertThat(fileNames(whole))
                .containsAll(hexes(images, Stage.IMAGE))
                .containsAll(hexes(images, Stage.OTHER_IMAGE));
    }

    private static String inspect(Stage stage, String path) throws IOException {
        return skopeo(
                "inspect",
                "--tls-verify=false",
                "--format={{.Digest}}",
                source(stage, path) + ":" + Stage.IMAGE);
    }

    private static void copy(String source, Path target, String... options) throws IOException {
        Command.of("skopeo", "--insecure-policy", "copy", "--preserve-digests")
                .and("--src-tls-verify=false")
                .and(options)
                .and(source, "dir:" + target)
                .run();
    }

    private static String digest(Path manifest) throws IOException {
        return skopeo("manifest-digest", manifest.toString());
    }

    private static String skopeo(String... arguments) throws IOException {
        return Command.of("skopeo").and(arguments).run();
    }

    private static String source(Stage stage, String path) {
        return "docker://" + stage.tarn().address() + path;
    }

    private static Iterable<String> hexes(ImageLayout images, String tag) {
        return images.blobs(tag).stream()
                .map(digest -> digest.substring("sha256:".length()))
                .toList();
    }

    private static Iterable<String> fileNames(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }
}
