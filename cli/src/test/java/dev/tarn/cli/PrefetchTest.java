package dev.tarn.cli;

import static dev.tarn.upstream.FakeRequest.path;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tarn.oci.Descriptor;
import dev.tarn.oci.Digest;
import dev.tarn.oci.MediaType;
import dev.tarn.pull.DownloadConfig;
import dev.tarn.upstream.FakeImage;
import dev.tarn.upstream.FakeRegistry;
import dev.tarn.upstream.Fault;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A manifest that was missed tells the downloads of its blobs to start before the client asks, and
/// nothing else does.
@Timeout(60)
class PrefetchTest {

    private static final int BYTES_MAX = 1_000_000;
    private static final Duration IDLE = Duration.ofMillis(500);

    private final FakeRegistry registry = FakeRegistry.start();
    private final FakeImage image = registry.addImage("app", "v1", 1, 300_000, 2_000, 100);
    @TempDir private Path root = Path.of("");
    private MirrorFixture mirror;

    @BeforeEach
    void start() {
        mirror =
                new MirrorFixture(
                        root,
                        new DownloadConfig(64 << 10, 4, 64, BYTES_MAX, IDLE),
                        Map.of(),
                        List.of(MirrorFixture.upstream("upstream.test", registry)));
    }

    @AfterEach
    void stop() {
        mirror.close();
        registry.close();
    }

    private void assertMissed(String reference) {
        Answer answer = mirror.client().get("/v2/app/manifests/" + reference);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.isComplete()).isTrue();
    }

    private void awaitBlobs(long count) {
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(mirror.blobCount()).isEqualTo(count));
    }

    private void assertNoBlobIsAskedFor() {
        await().during(Duration.ofMillis(300))
                .atMost(Duration.ofSeconds(5))
                .until(() -> registry.requests(path("/blobs/")).isEmpty());
    }

    private Digest publish(MediaType mediaType, String tag, String json) {
        Digest digest =
                registry.addManifest("app", mediaType, json.getBytes(StandardCharsets.UTF_8));
        registry.tag("app", tag, digest);
        return digest;
    }

    private static String json(
            MediaType own, String layerType, Descriptor config, List<Descriptor> layers) {
        return "{\"schemaVersion\":2,\"mediaType\":\"%s\",\"config\":%s,\"layers\":[%s]}"
                .formatted(
                        own,
                        json(config.mediaType().text(), config),
                        layers.stream()
                                .map(layer -> json(layerType, layer))
                                .collect(Collectors.joining(",")));
    }

    private static String json(String type, Descriptor descriptor) {
        return "{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%d}"
                .formatted(type, descriptor.digest(), descriptor.size());
    }

    @Test
    void aMissedTagBringsTheConfigAndTheLayers() {
        assertMissed("v1");
        awaitBlobs(4);

        int asked = registry.requests().size();
        for (Descriptor blob : image.blobs()) {
            Answer answer = mirror.client().get("/v2/app/blobs/" + blob.digest());
            assertThat(answer.status()).isEqualTo(200);
            assertThat(Digest.of(blob.digest().algorithm(), answer.body()))
                    .isEqualTo(blob.digest());
            assertThat(registry.bytesSent(blob.digest())).isEqualTo(blob.size());
        }
        assertThat(registry.requests()).hasSize(asked);
    }

    @Test
    void aMissedDigestDoesToo() {
        assertMissed(image.digest().toString());
        awaitBlobs(4);
    }

    @Test
    void aDockerImageDoesToo() {
        publish(
                MediaType.DOCKER_MANIFEST,
                "docker",
                json(
                        MediaType.DOCKER_MANIFEST,
                        "application/vnd.docker.image.rootfs.diff.tar.gzip",
                        image.config(),
                        image.layers()));
        assertMissed("docker");
        awaitBlobs(4);
    }

    @Test
    void aHitBringsNothing() {
        registry.inject(4, Fault.status(404), path("/blobs/"));
        assertMissed("v1");
        await().untilAsserted(() -> assertThat(registry.requests(path("/blobs/"))).hasSize(4));
        assertMissed("v1");
        assertMissed(image.digest().toString());

        await().during(Duration.ofMillis(300))
                .atMost(Duration.ofSeconds(5))
                .until(() -> registry.requests(path("/blobs/")).size() == 4);
        assertThat(mirror.blobCount()).isZero();
    }

    @Test
    void aHeadStartsNothing() {
        assertThat(mirror.client().head("/v2/app/manifests/v1").status()).isEqualTo(200);
        assertThat(mirror.client().head("/v2/app/manifests/" + image.digest()).status())
                .isEqualTo(200);

        assertNoBlobIsAskedFor();
    }

    @Test
    void anIndexStartsNothing() {
        registry.addIndex("app", "index", image, registry.addImage("app", "v2", 2, 1_000));
        assertMissed("index");

        assertNoBlobIsAskedFor();
        assertThat(registry.requests(path("/manifests/" + image.digest()))).isEmpty();
    }

    @Test
    void anImageAboveTheCapStartsNothing() {
        FakeImage large = registry.addImage("app", "large", 3, BYTES_MAX, 1);
        assertMissed("large");
        assertNoBlobIsAskedFor();

        Descriptor layer = large.layers().getLast();
        assertThat(mirror.client().get("/v2/app/blobs/" + layer.digest()).bodyBytes()).isEqualTo(1);
    }

    @Test
    void layersThatRegistriesDoNotHoldAreNotAskedFor() {
        publish(
                MediaType.OCI_MANIFEST,
                "foreign",
                json(
                        MediaType.OCI_MANIFEST,
                        "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip",
                        image.config(),
                        image.layers()));
        assertMissed("foreign");
        awaitBlobs(1);

        assertThat(registry.requests(path("/blobs/")))
                .extracting(request -> request.path())
                .containsOnly("/v2/app/blobs/" + image.config().digest());
    }

    @Test
    void aClientThatComesForABlobJoins() {
        registry.limitRate(400_000);
        assertMissed("v1");
        Descriptor layer = image.layers().getFirst();
        await().until(() -> registry.bytesSent(layer.digest()) > 0);

        Answer answer = mirror.client().get("/v2/app/blobs/" + layer.digest());

        assertThat(answer.isComplete()).isTrue();
        assertThat(Digest.of(layer.digest().algorithm(), answer.body())).isEqualTo(layer.digest());
        assertThat(registry.bytesSent(layer.digest())).isEqualTo(layer.size());
    }

    @Test
    void whatNobodyComesForIsStoppedAfterAWhile() {
        registry.limitRate(50_000);
        assertMissed("v1");
        Descriptor layer = image.layers().getFirst();
        await().until(() -> registry.bytesSent(layer.digest()) > 0);

        await().atMost(Duration.ofSeconds(10))
                .until(() -> registry.openConnections() == 0 || !registry.losses().isEmpty());
        long sent = registry.bytesSent(layer.digest());
        assertThat(sent).isLessThan(layer.size() / 2);

        registry.limitRate(Long.MAX_VALUE);
        Answer answer = mirror.client().get("/v2/app/blobs/" + layer.digest());
        assertThat(answer.isComplete()).isTrue();
        assertThat(Digest.of(layer.digest().algorithm(), answer.body())).isEqualTo(layer.digest());
    }
}
