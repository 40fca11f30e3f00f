package dev.tarn.cli;

import static dev.tarn.upstream.FakeRequest.path;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.oci.RegistryHost;
import dev.tarn.upstream.FakeImage;
import dev.tarn.upstream.FakeRegistry;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// One mirror of two registries that hold different images under the same names.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
class RoutingTest {

    private final FakeRegistry hub = FakeRegistry.start();
    private final FakeRegistry quay = FakeRegistry.start();
    private final FakeImage hubs = hub.addImage("org/app", "latest", 1, 5_000);
    private final FakeImage quays = quay.addImage("org/app", "latest", 2, 6_000);
    private final FakeImage hubsOfficial = hub.addImage("library/alpine", "latest", 3, 100);
    private final FakeImage quaysOnePart = quay.addImage("alpine", "latest", 4, 100);
    private MirrorFixture mirror;

    @BeforeAll
    void start(@TempDir Path root) {
        quay.tag("org/app", "v1", quays.digest());
        mirror =
                new MirrorFixture(
                        root,
                        MirrorFixture.SMALL_CHUNKS,
                        Map.of(
                                new RegistryHost("quay.mirror.test"),
                                new RegistryHost("quay.io"),
                                new RegistryHost("127.0.0.9"),
                                new RegistryHost("quay.io")),
                        List.of(
                                MirrorFixture.upstream("docker.io", hub),
                                MirrorFixture.upstream("quay.io", quay)));
    }

    @AfterAll
    void stop() {
        mirror.close();
        hub.close();
        quay.close();
    }

    private FakeImage image(String name) {
        return switch (name) {
            case "hub" -> hubs;
            case "quay" -> quays;
            case "hub-official" -> hubsOfficial;
            case "quay-one-part" -> quaysOnePart;
            default -> throw new IllegalArgumentException(name);
        };
    }

    @ParameterizedTest(name = "{0} {1} at host {2} is {3} image")
    @CsvSource({
        "org/app, '', '', hub",
        "org/app, ?ns=docker.io, '', hub",
        "org/app, ?ns=DOCKER.io, '', hub",
        "org/app, ?ns=index.docker.io, '', hub",
        "org/app, ?ns=registry-1.docker.io, '', hub",
        "org/app, ?ns=quay.io, '', quay",
        "quay.io/org/app, '', '', quay",
        "docker.io/org/app, '', '', hub",
        "org/app, '', quay.mirror.test, quay",
        "org/app, '', Quay.Mirror.TEST:5000, quay",
        "org/app, '', 127.0.0.9:80, quay",
        "org/app, '', elsewhere.test, hub",
        "org/app, ?ns=docker.io, quay.mirror.test, hub",
        "org/app, ?ns=quay.io, elsewhere.test, quay",
        "alpine, '', '', hub-official",
        "alpine, ?ns=docker.io, '', hub-official",
        "library/alpine, '', '', hub-official",
        "docker.io/alpine, '', '', hub-official",
        "docker.io/library/alpine, '', '', hub-official",
        "alpine, ?ns=quay.io, '', quay-one-part",
        "quay.io/alpine, '', '', quay-one-part"
    })
    void theSameNameMeansAnotherImageElsewhere(
            String name, String query, String host, String expected) {
        String[] headers = host.isEmpty() ? new String[0] : new String[] {"Host", host};
        FakeImage image = image(expected);

        for (int i = 0; i < 2; i++) {
            Answer tag = mirror.client().get("/v2/" + name + "/manifests/latest" + query, headers);
            assertThat(tag.status()).as(tag + tag.text()).isEqualTo(200);
            assertThat(tag.header("Docker-Content-Digest")).contains(image.digest().toString());
            Answer layer =
                    mirror.client()
                            .get(
                                    "/v2/%s/blobs/%s%s"
                                            .formatted(
                                                    name,
                                                    image.layers().getFirst().digest(),
                                                    query),
                                    headers);
            assertThat(layer.status()).isEqualTo(200);
            assertThat(layer.isComplete()).isTrue();
            assertThat(layer.bodyBytes()).isEqualTo(image.layers().getFirst().size());
            assertThat(tag.header("OCI-Namespace").isPresent()).isEqualTo(!query.isEmpty());
        }
    }

    @ParameterizedTest(name = "what {0} holds is not to be had as {1}")
    @CsvSource({
        "hub, /v2/quay.io/org/app",
        "quay, /v2/docker.io/org/app",
        "quay, /v2/org/app",
        "quay-one-part, /v2/library/alpine",
        "hub-official, /v2/quay.io/library/alpine"
    })
    void oneRegistrysContentIsNotAnothers(String whose, String name) {
        FakeImage image = image(whose);
        for (String own : List.of("org/app", "alpine")) {
            mirror.client().get("/v2/quay.io/%s/manifests/latest".formatted(own));
            mirror.client().get("/v2/docker.io/%s/manifests/latest".formatted(own));
        }
        String layer = image.layers().getFirst().digest().toString();

        assertThat(mirror.client().get(name + "/manifests/" + image.digest()).status())
                .isEqualTo(404);
        assertThat(mirror.client().head(name + "/manifests/" + image.digest()).status())
                .isEqualTo(404);
        assertThat(mirror.client().get(name + "/blobs/" + layer).status()).isEqualTo(404);
        assertThat(mirror.client().head(name + "/blobs/" + layer).status()).isEqualTo(404);
    }

    @Test
    void officialImagesAreAskedForByTheirFullNameOfDockerHubAlone() {
        mirror.client().get("/v2/hello/manifests/latest");
        mirror.client().get("/v2/quay.io/hello/manifests/latest");

        assertThat(hub.requests(path("hello")))
                .extracting(request -> request.path())
                .containsOnly("/v2/library/hello/manifests/latest");
        assertThat(quay.requests(path("hello")))
                .extracting(request -> request.path())
                .containsOnly("/v2/hello/manifests/latest");
    }

    @ParameterizedTest(name = "ns={0} is echoed")
    @ValueSource(strings = {"quay.io", "docker.io"})
    void theNamespaceIsEchoed(String ns) {
        for (String target :
                List.of(
                        "/v2/?ns=",
                        "/v2/org/app/manifests/latest?ns=",
                        "/v2/org/app/tags/list?ns=",
                        "/v2/org/app/manifests/none?ns=")) {
            assertThat(mirror.client().get(target + ns).header("OCI-Namespace"))
                    .as(target)
                    .contains(ns);
            assertThat(mirror.client().head(target + ns).header("OCI-Namespace")).contains(ns);
        }
        assertThat(mirror.client().get("/v2/org/app/manifests/latest").header("OCI-Namespace"))
                .isEmpty();
    }

    @ParameterizedTest(name = "{0} links on to {1}")
    @CsvSource({
        "/v2/org/app/tags/list?n=1&ns=quay.io, /v2/org/app/tags/list?last=latest&n=1&ns=quay.io",
        "/v2/quay.io/org/app/tags/list?n=1, /v2/quay.io/org/app/tags/list?last=latest&n=1"
    })
    void aLinkLeadsBackTheSameWay(String target, String next) {
        Answer first = mirror.client().get(target);
        assertThat(first.text()).contains("[\"latest\"]");
        assertThat(first.header("Link")).contains("<" + next + ">; rel=\"next\"");

        Answer second = mirror.client().get(next);
        assertThat(second.text()).contains("[\"v1\"]");
        assertThat(second.header("Link")).isEmpty();
    }

    @Test
    void tagsAreListedUnderTheNameThatWasAskedFor() {
        assertThat(mirror.client().get("/v2/quay.io/org/app/tags/list").text())
                .isEqualTo("{\"name\":\"quay.io/org/app\",\"tags\":[\"latest\",\"v1\"]}");
        assertThat(mirror.client().get("/v2/org/app/tags/list").text())
                .isEqualTo("{\"name\":\"org/app\",\"tags\":[\"latest\"]}");
    }

    @ParameterizedTest(name = "{0} is not there")
    @ValueSource(
            strings = {
                "/v2/org/app/manifests/latest?ns=ghcr.io",
                "/v2/?ns=ghcr.io",
                "/v2/org/app/tags/list?ns=ghcr.io",
                "/v2/org/app/blobs/sha256:5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e?ns=ghcr.io"
            })
    void anUnknownNamespaceIs404AndNobodyIsAsked(String target) {
        int asked = hub.requests().size() + quay.requests().size();

        Answer answer = mirror.client().get(target);

        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.header("OCI-Namespace")).isEmpty();
        assertThat(answer.text()).contains("\"code\":\"NAME_UNKNOWN\"");
        assertThat(hub.requests().size() + quay.requests().size()).isEqualTo(asked);
    }
}
