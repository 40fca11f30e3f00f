package dev.tarn.cli;

import static dev.tarn.upstream.FakeRequest.path;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tarn.config.ConfigReader;
import dev.tarn.upstream.FakeImage;
import dev.tarn.upstream.FakeRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A tag moves at its registry, which says so: from then on nobody gets the old one, though it is
/// taken to be fresh for a month.
@Timeout(60)
class PushEventsTest {

    private static final String SECRET = "a-secret-that-is-long";
    private static final String HUB =
            """
            {"push_data": {"tag": "v1", "pushed_at": 1}, "repository": {"repo_name": "%s"}}
            """;

    private final FakeRegistry registry = FakeRegistry.start();
    private final HttpClient http = HttpClient.newHttpClient();
    @TempDir private Path folder = Path.of("");
    private Mirror mirror;

    @BeforeEach
    void start() {
        registry.addImage("team/app", "v1", 1, 2_000);
        write(SECRET);
        mirror = startMirror();
    }

    @AfterEach
    void stop() {
        mirror.close();
        registry.close();
        http.close();
    }

    private Mirror startMirror() {
        return Mirror.start(ConfigReader.read(Optional.of(file()), Map.of()), Map.of());
    }

    private Path file() {
        return folder.resolve("tarn.yaml");
    }

    private void write(String secret) {
        String upstream =
                "{urls: [\"%s\"], insecure: true, tag-ttl: 30d, negative-ttl: 10m}"
                        .formatted(registry.uri());
        String text =
                """
                http: {addr: "127.0.0.1:0"}
                admin: {addr: "127.0.0.1:0", token: another-secret-altogether}
                storage: {rootdirectory: %1$s}
                default-upstream: corp.test
                upstreams:
                  corp.test: %2$s
                  docker.io: %2$s
                  ghcr.io: %2$s
                  quay.io: %2$s
                events: {secret: %3$s, prewarm: ["corp.test/team/warm:v*"], platforms: [linux/amd64]}
                """
                        .formatted(folder.resolve("store"), upstream, secret);
        try {
            Files.writeString(file(), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private HttpResponse<String> tell(String query, String event) throws Exception {
        URI uri = mirror.adminUrl().resolve("/api/v1/events" + query);
        HttpRequest request =
                HttpRequest.newBuilder(uri)
                        .header("Authorization", "Bearer " + SECRET)
                        .POST(HttpRequest.BodyPublishers.ofString(event))
                        .build();
        return http.send(request, BodyHandlers.ofString());
    }

    private Answer pull(String upstream, String repository) {
        return new PullClient(mirror.url())
                .get("/v2/" + repository + "/manifests/v1?ns=" + upstream);
    }

    private static void assertIs(Answer answer, FakeImage image) {
        assertThat(answer.header("Docker-Content-Digest")).contains(image.digest().toString());
    }

    private String metrics() {
        return new PullClient(mirror.adminUrl()).get("/metrics").text();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            textBlock =
                    """
                    corp.test | {"events": [{"action": "push", "target": {"repository": "team/app", "tag": "v1"}}]}
                    corp.test | {"events": [{"action": "push", "target": {"repository": "team/app", "tag": "v1"}, "request": {"host": "corp.test"}}]}
                    corp.test | {"type": "PUSH_ARTIFACT", "event_data": {"resources": [{"tag": "v1", "resource_url": "corp.test/team/app:v1"}], "repository": {"repo_full_name": "team/app"}}}
                    docker.io | {"push_data": {"tag": "v1"}, "repository": {"repo_name": "team/app"}}
                    ghcr.io   | {"action": "published", "package": {"name": "App", "namespace": "Team", "package_type": "CONTAINER", "package_version": {"container_metadata": {"tag": {"name": "v1"}}}}}
                    quay.io   | {"repository": "team/app", "docker_url": "quay.io/team/app", "updated_tags": ["v1"]}
                    """)
    void theNextPullOfAPushedTagSeesTheNewDigest(String upstream, String event) throws Exception {
        Answer before = pull(upstream, "team/app");
        FakeImage moved = registry.addImage("team/app", "v1", 2, 2_000);
        assertThat(pull(upstream, "team/app").header("Docker-Content-Digest"))
                .isEqualTo(before.header("Docker-Content-Digest"));

        HttpResponse<String> told = tell("", event);

        assertThat(told.body()).contains("\"isTaken\":true");
        assertIs(pull(upstream, "team/app"), moved);
        assertThat(metrics())
                .contains("docker_images_pushed_total 1.0")
                .contains("tarn_push_events_total{result=\"taken\"} 1.0");
    }

    @Test
    void aTagThatWasNotThereBeforeIsThereAtOnce() throws Exception {
        assertThat(pull("corp.test", "team/new").status()).isEqualTo(404);
        FakeImage pushed = registry.addImage("team/new", "v1", 3, 2_000);
        assertThat(pull("corp.test", "team/new").status()).isEqualTo(404);

        tell("?upstream=corp.test", HUB.formatted("team/new"));

        assertIs(pull("corp.test", "team/new"), pushed);
    }

    @Test
    void anOfficialImageOfDockerHubIsKnownByItsShortName() throws Exception {
        registry.addImage("library/alpine", "v1", 4, 2_000);
        pull("docker.io", "library/alpine");
        FakeImage moved = registry.addImage("library/alpine", "v1", 5, 2_000);

        tell("", HUB.formatted("alpine"));

        assertIs(pull("docker.io", "library/alpine"), moved);
    }

    @Test
    void aRegistryMayKnowItselfByItsAddress() throws Exception {
        pull("corp.test", "team/app");
        FakeImage moved = registry.addImage("team/app", "v1", 6, 2_000);

        tell(
                "",
                """
                {"events": [{"action": "push", "target": {"repository": "team/app", "tag": "v1"},
                             "request": {"host": "%s"}}]}
                """
                        .formatted(registry.uri().getRawAuthority()));

        assertIs(pull("corp.test", "team/app"), moved);
    }

    @Test
    void thatATagMovedIsNotForgottenByARestart() throws Exception {
        pull("corp.test", "team/app");
        FakeImage moved = registry.addImage("team/app", "v1", 7, 2_000);
        tell("?upstream=corp.test", HUB.formatted("team/app"));
        mirror.close();
        mirror = startMirror();

        assertIs(pull("corp.test", "team/app"), moved);
    }

    @Test
    void aPushThatIsWantedIsPulledBeforeAnybodyAsks() throws Exception {
        FakeImage warm = registry.addImage("team/warm", "v1", 8, 50_000);
        registry.addImage("team/cold", "v1", 9, 50_000);

        tell("?upstream=corp.test", HUB.formatted("team/cold"));
        tell("?upstream=corp.test", HUB.formatted("team/warm"));

        await().untilAsserted(() ->
                assertThat(metrics())
                        .contains(
                                "tarn_job_images_total{kind=\"push\",name=\"events\",result=\"ok\"} 1.0"));
        assertThat(registry.bytesSent(warm.layers().getFirst().digest())).isEqualTo(50_000);
        assertThat(registry.requests(path("/team/cold/"))).isEmpty();
    }

    @Test
    void whatIsNotMirroredIsIgnoredAndSaysSo() throws Exception {
        HttpResponse<String> told = tell("?upstream=nowhere.test", HUB.formatted("team/app"));

        assertThat(told.statusCode()).isEqualTo(200);
        assertThat(told.body()).contains("\"isTaken\":false", "no upstream is nowhere.test");
        assertThat(metrics())
                .contains("docker_images_pushed_total 0.0")
                .contains("tarn_push_events_total{result=\"ignored\"} 1.0");
    }

    @Test
    void anotherSecretHoldsAsSoonAsTheConfigurationIsReadAgain() throws Exception {
        write("another-secret-entirely");
        mirror.reload(() -> ConfigReader.read(Optional.of(file()), Map.of()));

        assertThat(tell("", HUB.formatted("team/app")).statusCode()).isEqualTo(401);
        assertThat(metrics()).contains("tarn_push_events_total{result=\"refused\"} 1.0");
    }
}
