package dev.tarn.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tarn.oci.Descriptor;
import dev.tarn.upstream.FakeImage;
import dev.tarn.upstream.FakeRegistry;
import java.io.BufferedReader;
import java.io.PipedReader;
import java.io.PipedWriter;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The commands that look into a running mirror, and change what it has: `tarn inspect`, `pin`,
/// `unpin`, `purge`, `scrub` and `pulls --follow`.
@Timeout(60)
class OperateCommandTest {

    private static final String APP = "upstream.test/library/app:v1";
    private static final String SAME = "upstream.test/library/same:v1";

    private final FakeRegistry registry = FakeRegistry.start();
    private final FakeImage image = registry.addImage("library/app", "v1", 1, 300_000, 200_000);
    @TempDir private Path root = Path.of("");
    private MirrorFixture mirror;

    @BeforeEach
    void start() {
        mirror = MirrorFixture.start(root, MirrorFixture.upstream("upstream.test", registry));
        pull("app");
    }

    private void pull(String name) {
        mirror.client().get("/v2/library/" + name + "/manifests/v1");
        for (Descriptor blob : image.blobs()) {
            mirror.client().get("/v2/library/" + name + "/blobs/" + blob.digest());
        }
    }

    @AfterEach
    void stop() {
        mirror.close();
        registry.close();
    }

    private CommandLineTest.Said tarn(String... arguments) {
        return CommandLineTest.tarn(
                Stream.concat(
                                Stream.of(arguments),
                                Stream.of("--admin", mirror.admin().uri().toString()))
                        .toArray(String[]::new));
    }

    private JsonNode json(String... arguments) {
        CommandLineTest.Said said =
                tarn(
                        Stream.concat(Stream.of(arguments), Stream.of("-o", "json"))
                                .toArray(String[]::new));
        assertThat(said.err()).isEmpty();
        return JsonMapper.shared().readTree(said.out());
    }

    private long blobSize() {
        return image.blobs().stream().mapToLong(Descriptor::size).sum();
    }

    @Test
    void inspectShowsAnImageLayerByLayer() {
        CommandLineTest.Said said = tarn("inspect", APP);

        assertThat(said.err()).isEmpty();
        assertThat(said.exitCode()).isZero();
        assertThat(said.out())
                .containsPattern("image +" + APP + " +50\\d kB +yes")
                .containsPattern("digest +" + image.digest())
                .containsPattern("tags +v1")
                .containsPattern("pulls +1")
                .containsPattern("pinned by +-")
                .containsPattern("  config +" + image.config().digest())
                .containsPattern("  layer +" + image.layers().getLast().digest() + " +200 kB +yes");
    }

    @Test
    void inspectTakesADigestToo() {
        JsonNode inspected = json("inspect", "upstream.test/library/app@" + image.digest());

        assertThat(inspected.path("digest").asString()).isEqualTo(image.digest().toString());
        assertThat(inspected.path("tags").get(0).asString()).isEqualTo("v1");
        assertThat(inspected.path("size").asLong()).isEqualTo(blobSize());
        assertThat(inspected.path("storedBytes").asLong()).isEqualTo(blobSize());
    }

    @Test
    void whatTheMirrorDoesNotHaveCannotBeInspected() {
        CommandLineTest.Said said = tarn("inspect", "upstream.test/library/app:v2");

        assertThat(said.exitCode()).isEqualTo(1);
        assertThat(said.err())
                .endsWith(" answered 404: the store has no image upstream.test/library/app:v2\n");
    }

    @Test
    void aPinIsListedAndHoldsAfterARestart() {
        assertThat(tarn("pin", "upstream.test/library/*:v1").exitCode()).isZero();
        mirror.restart();

        assertThat(tarn("pins").out()).containsPattern("upstream\\.test/library/\\*:v1 +tarn pin");
        assertThat(json("inspect", APP).path("pins").get(0).asString())
                .isEqualTo("upstream.test/library/*:v1");
        assertThat(tarn("unpin", "upstream.test/library/*:v1").exitCode()).isZero();
        assertThat(json("pins").path("pins")).isEmpty();
    }

    @Test
    void whatIsNoPatternIsNamed() {
        assertThat(tarn("pin", "alpine").err())
                .contains(" answered 400: 'alpine' is not registry/repository");
        assertThat(tarn("unpin", "docker.io/x?y").err())
                .contains(" answered 400: there is no pin 'docker.io/x?y'");
    }

    @Test
    void purgeTakesAnImageAwayAndSaysWhatCameFree() {
        assertThat(tarn("purge", "--dry-run", APP).out()).contains("would free 50", " in 3 blobs");
        assertThat(json("stats").path("storedBlobs").asLong()).isEqualTo(3);

        CommandLineTest.Said said = tarn("purge", APP);

        assertThat(said.err()).isEmpty();
        assertThat(said.exitCode()).isZero();
        assertThat(said.out()).containsPattern(APP + " +purged").contains("freed 50");
        assertThat(json("ls").path("images")).isEmpty();
        assertThat(tarn("purge", APP).exitCode()).isEqualTo(1);
        int asked = registry.requests().size();
        pull("app");
        assertThat(registry.requests()).as("it is fetched again").hasSizeGreaterThan(asked + 3);
    }

    @Test
    void whatAnotherRepositoryHasIsServedThereAfterAPurge() {
        FakeImage same = registry.addImage("library/same", "v1", 1, 300_000, 200_000);
        assertThat(same.digest()).isEqualTo(image.digest());
        pull("same");

        JsonNode purged = json("purge", APP);
        assertThat(purged.path("blobs").asInt()).isZero();
        assertThat(purged.path("sharedBytes").asLong()).isEqualTo(blobSize());
        registry.stop();
        for (Descriptor blob : image.blobs()) {
            assertThat(mirror.client().get("/v2/library/same/blobs/" + blob.digest()).status())
                    .isEqualTo(200);
        }

        assertThat(json("purge", SAME).path("bytes").asLong()).isEqualTo(blobSize());
    }

    @Test
    void aPinnedImageIsNotPurged() {
        var _ = tarn("pin", "upstream.test/library/app");

        CommandLineTest.Said said = tarn("purge", APP);

        assertThat(said.exitCode()).isEqualTo(1);
        assertThat(said.out()).containsPattern(APP + " +pinned +upstream.test/library/app");
        assertThat(json("inspect", APP).path("storedBytes").asLong()).isEqualTo(blobSize());
    }

    @Test
    void scrubReadsAllThatIsStored() {
        CommandLineTest.Said said = tarn("scrub", "--wait");

        assertThat(said.exitCode()).isZero();
        assertThat(said.out())
                .containsPattern("running +no")
                .containsPattern("damaged blobs +0")
                .containsPattern("blobs +3");
    }

    @Test
    void scrubFindsWhatIsDamaged() throws Exception {
        assertThat(tarn("scrub", "--wait").exitCode()).as("the pass of the start").isZero();
        Path blob;
        try (Stream<Path> files = Files.walk(root.resolve("blobs"))) {
            blob = files.filter(Files::isRegularFile).findFirst().orElseThrow();
        }
        assertThat(blob.toFile().setWritable(true)).isTrue();
        Files.writeString(blob, "rotten");

        CommandLineTest.Said said = tarn("scrub", "--wait");

        assertThat(said.exitCode()).isEqualTo(1);
        assertThat(said.out()).containsPattern("damaged blobs +1");
    }

    @Test
    void pullsAreToldAsTheyEndUntilTheMirrorStops() throws Exception {
        FakeImage other = registry.addImage("library/other", "v1", 2, 100_000);
        StringWriter err = new StringWriter();
        FutureTask<Integer> following;
        try (PipedReader said = new PipedReader();
                BufferedReader lines = new BufferedReader(said);
                PipedWriter saying = new PipedWriter(said);
                PrintWriter out = new PrintWriter(saying, true)) {
            following =
                    new FutureTask<>(() ->
                            Main.commandLine(Map.of())
                                    .setOut(out)
                                    .setErr(new PrintWriter(err, true))
                                    .execute(
                                            "pulls",
                                            "--follow",
                                            "--admin",
                                            mirror.admin().uri().toString()));
            Thread.ofPlatform().start(following);
            assertThat(lines.readLine()).startsWith("STARTED  IMAGE  CLIENT");

            mirror.client().get("/v2/library/other/manifests/v1");
            for (Descriptor blob : other.blobs()) {
                mirror.client().get("/v2/library/other/blobs/" + blob.digest());
            }
            assertThat(lines.readLine())
                    .contains("  upstream.test/library/other:v1  127.0.0.1  complete  ");
            mirror.stop();
            assertThat(following.get()).isEqualTo(1);
        }

        assertThat(err).hasToString("tarn: the mirror has stopped\n");
        mirror.restart();
        await().until(() -> tarn("stats").exitCode() == 0);
    }

    @Test
    void eachCommandSaysWhatItsExitCodesMean() {
        for (String command :
                List.of("inspect", "pins", "pin", "unpin", "purge", "scrub", "pulls", "ls")) {
            CommandLineTest.Said said = CommandLineTest.tarn(command, "--help");
            assertThat(said.exitCode()).isZero();
            assertThat(said.out()).as(command).contains("Exit codes:", "  0   ", "  1   ");
        }
    }
}
