package dev.tarn.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tarn.oci.Descriptor;
import dev.tarn.upstream.FakeImage;
import dev.tarn.upstream.FakeRegistry;
import dev.tarn.upstream.FakeRequest;
import dev.tarn.upstream.Fault;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The metrics agree with what clients and registries saw, to the request and to the byte.
@Timeout(60)
class MetricsTest {

    private final FakeRegistry registry = FakeRegistry.start();
    private final FakeImage image = registry.addImage("app", "v1", 1, 300_000, 1_000);
    private final long blobBytes = image.blobs().stream().mapToLong(Descriptor::size).sum();
    @TempDir private Path root = Path.of("");
    private MirrorFixture mirror;

    @BeforeEach
    void start() {
        mirror = MirrorFixture.start(root, MirrorFixture.upstream("upstream.test", registry));
    }

    @AfterEach
    void stop() {
        mirror.close();
        registry.close();
    }

    private void pull() {
        mirror.client().get("/v2/app/manifests/v1");
        for (Descriptor blob : image.blobs()) {
            mirror.client().get("/v2/app/blobs/" + blob.digest());
        }
    }

    private long value(String series) {
        return mirror.admin()
                .get("/metrics")
                .text()
                .lines()
                .filter(line -> line.startsWith(series + " "))
                .mapToLong(line -> (long) Double.parseDouble(line.substring(series.length() + 1)))
                .findAny()
                .orElse(0);
    }

    private long proxy(String what, String type) {
        return value(
                "registry_proxy_%s_total{type=\"%s\",upstream_host=\"upstream.test\"}"
                        .formatted(what, type));
    }

    /// The last word about an answer comes after its last byte.
    private void awaitRequests(long blobs) {
        await().until(() -> proxy("requests", "blob") == blobs);
    }

    @Test
    void aColdPullIsCountedAndThenAWarmOne() {
        pull();
        awaitRequests(3);

        assertThat(proxy("pulled_bytes", "blob")).isEqualTo(blobBytes);
        assertThat(proxy("pushed_bytes", "blob")).isEqualTo(blobBytes);
        assertThat(proxy("pulled_bytes", "manifest")).isEqualTo(image.manifest().size());
        assertThat(proxy("misses", "manifest")).isEqualTo(1);

        long hits = proxy("hits", "blob");
        pull();
        awaitRequests(6);

        assertThat(proxy("hits", "blob")).isEqualTo(hits + 3);
        assertThat(proxy("hits", "manifest")).isEqualTo(1);
        assertThat(proxy("pulled_bytes", "blob")).isEqualTo(blobBytes);
        assertThat(proxy("pushed_bytes", "blob")).isEqualTo(2 * blobBytes);
        assertThat(value("tarn_store_blobs")).isEqualTo(3);
        assertThat(value("tarn_store_bytes")).isEqualTo(blobBytes);
        assertThat(value("tarn_running_downloads")).isZero();
        assertThat(value("tarn_store_trouble")).isZero();
    }

    @Test
    void aHerdIsOneMissAndTheOthersAreSaved() throws Exception {
        Descriptor layer = image.layers().getFirst();
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 20; i++) {
                var _ =
                        clients.submit(
                                () -> mirror.client().get("/v2/app/blobs/" + layer.digest()));
            }
        }
        awaitRequests(20);

        assertThat(proxy("misses", "blob")).isEqualTo(1);
        assertThat(proxy("hits", "blob")).isEqualTo(19);
        assertThat(proxy("pulled_bytes", "blob")).isEqualTo(layer.size());
        assertThat(value("tarn_saved_bytes_total{type=\"blob\",upstream_host=\"upstream.test\"}"))
                .isEqualTo(19 * layer.size());
    }

    @Test
    void aPartThatIsAskedForAgainIsCounted() {
        Descriptor layer = image.layers().getFirst();
        registry.inject(1, Fault.cutAfter(10), FakeRequest.of("GET", layer.digest().toString()));

        assertThat(mirror.client().get("/v2/app/blobs/" + layer.digest()).isComplete()).isTrue();

        assertThat(
                        value(
                                "tarn_retried_parts_total{reason=\"cut_off\","
                                        + "upstream_host=\"upstream.test\"}"))
                .isEqualTo(1);
    }

    @Test
    void whatClientsMakeUpIsNoTag() {
        mirror.client().get("/v2/no-such-repository-4711/manifests/no-such-tag");
        mirror.client().get("/v2/app/manifests/v1?ns=made-up.example");
        awaitFailed();

        assertThat(mirror.admin().get("/metrics").text())
                .doesNotContain("no-such")
                .doesNotContain("made-up");
    }

    private void awaitFailed() {
        await().until(() -> proxy("requests", "manifest") == 1);
    }

    @Test
    void eachAnswerSaysHowItCameAbout() {
        String tag = "/v2/app/manifests/v1";
        String blob = "/v2/app/blobs/" + image.layers().getFirst().digest();

        assertThat(mirror.client().get(tag).header("X-Cache")).contains("miss");
        assertThat(mirror.client().head(tag).header("X-Cache")).contains("hit");
        await().until(() -> value("tarn_store_blobs") == 3);
        assertThat(mirror.client().get(blob).header("X-Cache")).contains("hit");
        assertThat(mirror.client().get("/v2/app/tags/list").header("X-Cache")).contains("miss");
        assertThat(mirror.client().get("/v2/none/manifests/v1").header("X-Cache")).isEmpty();
    }

    @Test
    void thePageIsWhatPrometheusReads() {
        Answer page = mirror.admin().get("/metrics");

        assertThat(page.status()).isEqualTo(200);
        assertThat(page.header("Content-Type"))
                .contains("text/plain; version=0.0.4; charset=utf-8");
        assertThat(page.text()).contains("# TYPE jvm_memory_used_bytes gauge");
    }
}
