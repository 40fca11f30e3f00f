package dev.tarn.cli.clients;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.oci.Digest;
import dev.tarn.oci.MediaType;
import dev.tarn.upstream.FakeImage;
import dev.tarn.upstream.FakeRegistry;
import dev.tarn.upstream.Fault;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import tools.jackson.databind.json.JsonMapper;

/// A browser opens every view of the dashboard, in each language and at each width, while clients
/// pull that call themselves the worst things.
final class DashboardIT {
    private static final Path SCRIPT = Path.of("src/test/dashboard");
    private static final int HOSTILE = 200;
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private static final List<String> HOSTILE_TEXTS =
            List.of(
                    "<img src=x onerror=window.__hostile=1>",
                    "\"><script>window.__hostile=1</script>",
                    "javascript:window.__hostile=1",
                    "{{constructor.constructor('window.__hostile=1')()}}",
                    "${window.__hostile=1}",
                    "<svg/onload=window.__hostile=1>",
                    "</textarea><iframe src=javascript:window.__hostile=1>",
                    "' onmouseover='window.__hostile=1",
                    "<a href=data:text/html,x>",
                    "%3Cscript%3Ewindow.__hostile=1%3C/script%3E");

    @Test
    void everyViewIsSoundUnderLoad(TestInfo test) throws Exception {
        try (FakeRegistry hostile = FakeRegistry.start();
                Stage stage =
                        Stage.open(
                                test,
                                "  hostile.test: {urls: [\"%s\"], insecure: true}"
                                        .formatted(hostile.uri()));
                HttpClient client = HttpClient.newHttpClient()) {
            Path script = installed(stage.folder("dashboard"));
            strangers(client, stage.tarn().address());
            hostileImage(client, stage.tarn().address(), hostile);
            hostileErrors(client, stage.tarn().address(), hostile);
            AtomicBoolean isOver = new AtomicBoolean();
            Thread load = Thread.ofVirtual().start(() -> pull(client, stage, isOver));
            try {
                assertThat(stage.tarn().api("failures").toString()).contains("window.__hostile=1");
                assertThat(stage.tarn().api("images").toString()).contains("window.__hostile=1");
                String said =
                        Command.of("node", script.resolve("dashboard.mjs").toString())
                                .and("http://" + stage.tarn().adminAddress())
                                .and(
                                        Files.createDirectories(Path.of("target/screenshots"))
                                                .toString())
                                .within(Duration.ofMinutes(6))
                                .run();
                assertThat(said).endsWith(" 0 problems");
            } finally {
                isOver.set(true);
                load.join();
            }
        }
    }

    /// A copy, with what it needs beside it.
    private static Path installed(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(SCRIPT)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.copy(file, folder.resolve(file.getFileName()));
            }
        }
        var _ =
                Command.online("npm", "ci", "--no-audit", "--no-fund")
                        .within(Duration.ofMinutes(3))
                        .in(folder)
                        .run();
        return folder;
    }

    /// Each wants an image that is not there, and one that is.
    private static void strangers(HttpClient client, String address) throws Exception {
        for (int i = 0; i < HOSTILE; i++) {
            String text = HOSTILE_TEXTS.get(i % HOSTILE_TEXTS.size()) + i;
            get(client, address, "/v2/library/none-" + i + "/manifests/t" + i, text);
            get(client, address, "/v2/" + Stage.REPOSITORY + "/manifests/" + Stage.IMAGE, text);
        }
    }

    /// Whose platforms are named by a stranger.
    private static void hostileImage(HttpClient client, String address, FakeRegistry registry)
            throws Exception {
        FakeImage image = registry.addImage("shop", "plain", 1, 1_000);
        String platforms =
                HOSTILE_TEXTS.stream()
                        .map(text ->
                                """
                                {"mediaType": "%s", "digest": "%s", "size": %d,
                                 "annotations": {"org.opencontainers.image.title": %s},
                                 "platform": {"os": %4$s, "architecture": %4$s, "variant": %4$s}}\
                                """
                                        .formatted(
                                                image.manifest().mediaType().text(),
                                                image.manifest().digest(),
                                                image.manifest().size(),
                                                JSON.writeValueAsString(text)))
                        .collect(joining(","));
        Digest index =
                registry.addManifest(
                        "shop",
                        MediaType.OCI_INDEX,
                        """
                        {"schemaVersion": 2, "mediaType": "%s", "manifests": [%s]}\
                        """
                                .formatted(MediaType.OCI_INDEX.text(), platforms)
                                .getBytes(UTF_8));
        registry.tag("shop", "many", index);
        get(client, address, "/v2/shop/manifests/many?ns=hostile.test", "shopper/1");
        get(
                client,
                address,
                "/v2/shop/manifests/" + image.manifest().digest() + "?ns=hostile.test",
                "shopper/1");
    }

    /// A registry that fails with words of its own.
    private static void hostileErrors(HttpClient client, String address, FakeRegistry registry)
            throws Exception {
        for (int i = 0; i < HOSTILE; i++) {
            String text = HOSTILE_TEXTS.get(i % HOSTILE_TEXTS.size()) + i;
            String error =
                    """
                    {"errors": [{"code": "DENIED", "message": %s}]}\
                    """
                            .formatted(JSON.writeValueAsString(text));
            registry.inject(Fault.status(403).and(Fault.body("application/json", error)));
            get(client, address, "/v2/none/manifests/t" + i + "?ns=hostile.test", "shopper/2");
            registry.heal();
        }
    }

    private static void get(HttpClient client, String address, String path, String agent)
            throws IOException, InterruptedException {
        var _ =
                client.send(
                        HttpRequest.newBuilder(URI.create("http://" + address + path))
                                .header("User-Agent", agent)
                                .timeout(Duration.ofSeconds(10))
                                .build(),
                        HttpResponse.BodyHandlers.discarding());
    }

    private static void pull(HttpClient client, Stage stage, AtomicBoolean isOver) {
        List<String> blobs = stage.hub().images().blobs(Stage.IMAGE);
        for (int i = 0; !isOver.get(); i++) {
            try {
                String agent = "load/" + i % 50;
                String repository = "/v2/" + Stage.REPOSITORY;
                get(
                        client,
                        stage.tarn().address(),
                        repository + "/manifests/" + Stage.IMAGE,
                        agent);
                get(
                        client,
                        stage.tarn().address(),
                        repository + "/blobs/" + blobs.get(i % 7),
                        agent);
            } catch (IOException e) {
                throw new AssertionError("the load broke off", e);
            } catch (InterruptedException e) {
                return;
            }
        }
    }
}
