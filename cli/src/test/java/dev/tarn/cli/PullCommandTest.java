package dev.tarn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.cli.CommandLineTest.Said;
import dev.tarn.upstream.FakeImage;
import dev.tarn.upstream.FakeRegistry;
import dev.tarn.upstream.FakeRequest;
import dev.tarn.upstream.Fault;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The commands that pull through a mirror: `tarn check` and `tarn prewarm`.
@Timeout(60)
class PullCommandTest {

    private static final String APP = "up.test/team/app:v1-3f2a91c";

    private final FakeRegistry registry = FakeRegistry.start();
    private final FakeImage image = registry.addImage("team/app", "v1-3f2a91c", 1, 300_000, 2_000);
    @TempDir private Path folder = Path.of("");
    private MirrorFixture mirror;

    @BeforeEach
    void start() {
        mirror =
                MirrorFixture.start(
                        folder.resolve("store"), MirrorFixture.upstream("up.test", registry));
    }

    @AfterEach
    void stop() {
        mirror.close();
        registry.close();
    }

    private Said tarn(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--mirror", mirror.client().uri().toString()));
        return CommandLineTest.tarn(all.toArray(String[]::new));
    }

    private JsonNode json(String... arguments) {
        String[] all =
                Stream.concat(Stream.of(arguments), Stream.of("-o", "json")).toArray(String[]::new);
        return JsonMapper.shared().readTree(tarn(all).out()).path("images");
    }

    private long imageBytes() {
        return image.manifest().size()
                + image.blobs().stream().mapToLong(blob -> blob.size()).sum();
    }

    @Test
    void anImageThatIsThereIs0() {
        Said said = tarn("check", APP, "--max", "30s");

        assertThat(said.err()).isEmpty();
        assertThat(said.exitCode()).isZero();
        assertThat(said.out().lines().toList().getLast())
                .matches("up\\.test/team/app:v1-3f2a91c +linux/\\w+ +ok +\\d+\\.\\d s +303 kB +.*");
    }

    @Test
    void aWarmPullFetchesNothing() {
        assertThat(json("check", APP).path(0).path("bytes").asLong()).isEqualTo(imageBytes());

        JsonNode warm = json("check", APP).path(0);
        assertThat(warm.path("cachedBytes").asLong()).isEqualTo(imageBytes());
        assertThat(warm.path("digest").asString()).isEqualTo(image.digest().toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"up.test/team/app:none", "up.test/no/such", "other.test/team/app:v1"})
    void oneThatIsMissingIs1(String missing) {
        Said said = tarn("check", APP, missing);

        assertThat(said.exitCode()).isEqualTo(1);
        assertThat(said.out()).containsPattern(" ok ").containsPattern(" missing .*is not there");
    }

    @Test
    void aSlowUpstreamIs2WithTheTime() {
        registry.limitRate(300_000);
        Said said = tarn("check", APP, "--max", "200ms");

        assertThat(said.exitCode()).isEqualTo(2);
        assertThat(said.out())
                .containsPattern(" slow +\\d\\.\\d s .*took \\d\\.\\d s, more than 0\\.2 s");
    }

    @Test
    void aLayerThatDoesNotComeIs1AndSaysWhich() {
        String layer = image.layers().getFirst().digest().toString();
        registry.inject(Fault.status(500), FakeRequest.path(layer));
        Said said = tarn("check", APP);

        assertThat(said.exitCode()).isEqualTo(1);
        assertThat(said.out()).contains(" failed ", "the mirror answered 502 for blobs/" + layer);
    }

    @Test
    void theTagHasToMatch() {
        assertThat(tarn("check", APP, "--tag-pattern", "v1-.*").exitCode()).isZero();

        Said said = tarn("check", APP, "--tag-pattern", "v2-.*");
        assertThat(said.exitCode()).isEqualTo(1);
        assertThat(said.out()).contains(" mismatch ", "the tag does not match v2-.*");
    }

    @Test
    void theCommitHasToBeInTheTag() {
        String commit = "3f2a91cbbcd00fbd9f2f38ba32a37c4b4d7c3d10";
        assertThat(tarn("check", APP, "--git-sha", commit).exitCode()).isZero();
        assertThat(tarn("check", APP, "--git-sha", "4f2a91c").exitCode()).isEqualTo(1);
        assertThat(tarn("check", APP, "--git-sha", "nonsense").exitCode()).isEqualTo(2);
    }

    @Test
    void ofAnIndexThePlatformIsTaken() {
        registry.addIndex("team/both", "v1", image);

        assertThat(tarn("check", "up.test/team/both:v1", "--platform", "plan9/mips").out())
                .contains(" missing ", "is not there for plan9/mips");
    }

    @Test
    void aMistakeOnTheCommandLineIs2() {
        assertThat(tarn("check").exitCode()).isEqualTo(2);
        assertThat(tarn("check", "Not An Image").err()).startsWith("'Not An Image' is no image");
        assertThat(tarn("check", APP, "--max", "soon").err()).contains("'soon' is not a duration");
        assertThat(tarn("prewarm").err()).startsWith("Name an image, or a file");
    }

    @Test
    void withoutAMirrorItSaysSo() throws IOException {
        int free;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            free = socket.getLocalPort();
        }
        Said said = CommandLineTest.tarn("check", APP, "--mirror", "http://127.0.0.1:" + free);

        assertThat(said.exitCode()).isEqualTo(1);
        assertThat(said.out()).contains("no mirror answers at http://127.0.0.1:" + free);
    }

    @Test
    void prewarmFetchesWhatTheFilesNameAndTheSecondTimeNothing() throws IOException {
        registry.addImage("team/other", "v1", 2, 50_000);
        registry.addImage("team/unnamed", "v1", 3, 50_000);
        Path deployment =
                Files.writeString(
                        folder.resolve("deployment.yaml"),
                        """
                        kind: Deployment
                        spec: {template: {spec: {containers: [{image: "%s"}]}}}
                        """
                                .formatted(APP));
        Path compose =
                Files.writeString(
                        folder.resolve("compose.yaml"),
                        "services: {other: {image: 'up.test/team/other:v1'}}");
        String[] command = {
            "prewarm", "-f", deployment.toString(), "-f", compose.toString(), "-o", "table"
        };

        Said first = tarn(command);
        assertThat(first.exitCode()).as(first.out() + first.err()).isZero();
        assertThat(first.out().lines()).hasSize(3);
        assertThat(registry.requests(FakeRequest.path("unnamed"))).isEmpty();
        long sent = registry.bytesSent();
        assertThat(sent).isGreaterThan(350_000);

        Said second = tarn(command);
        assertThat(second.exitCode()).isZero();
        assertThat(second.out()).containsPattern("303 kB +0 B");
        assertThat(registry.bytesSent()).isEqualTo(sent);
    }

    @Test
    void prewarmGoesOnAfterOneThatIsMissing() {
        Said said = tarn("prewarm", "up.test/team/none:v1", APP);

        assertThat(said.exitCode()).isEqualTo(1);
        assertThat(said.out()).contains(" missing ").contains(" ok ");
    }
}
