package dev.tarn.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tarn.oci.Digest;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DemoRegistryTest {

    private static final DemoImage IMAGE = DemoImage.generate(3_000, 2_000, 1_000);
    private static final Digest LAYER =
            IMAGE.blobs().entrySet().stream()
                    .filter(blob -> blob.getValue().length == 3_000)
                    .map(Map.Entry::getKey)
                    .findFirst()
                    .orElseThrow();

    private final SlowLink link = new SlowLink(Duration.ofMillis(1), 100_000_000);
    private final HttpClient http = HttpClient.newHttpClient();
    private DemoRegistry registry = started();

    private DemoRegistry started() {
        try {
            return DemoRegistry.start(IMAGE, link);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @BeforeEach
    void startWithNothingCarried() {
        assertThat(link.takeCarried()).isEmpty();
    }

    @AfterEach
    void close() {
        http.close();
        registry.close();
    }

    private HttpResponse<byte[]> ask(String method, String path, String range) throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(registry.url().resolve(path))
                        .method(method, HttpRequest.BodyPublishers.noBody());
        if (!range.isEmpty()) {
            request.header("Range", range);
        }
        return http.send(request.build(), BodyHandlers.ofByteArray());
    }

    private static String blob(Digest digest) {
        return "/v2/demo/image/blobs/" + digest;
    }

    @Test
    void aClientPullsTheWholeImageAndSeesThatItIsRight() throws Exception {
        try (DemoClient client = new DemoClient(registry.url())) {
            assertThat(client.pull()).containsExactlyInAnyOrderElementsOf(IMAGE.sizes().keySet());
        }
        assertThat(link.takeCarried()).isEqualTo(IMAGE.sizes());
    }

    @Test
    void aClientSeesThatAByteIsWrong() throws Exception {
        Map<Digest, byte[]> blobs = new HashMap<>(IMAGE.blobs());
        blobs.computeIfPresent(
                LAYER,
                (_, bytes) -> {
                    byte[] wrong = bytes.clone();
                    wrong[1_500]++;
                    return wrong;
                });
        try (DemoRegistry lying = DemoRegistry.start(new DemoImage(IMAGE.manifest(), blobs), link);
                DemoClient client = new DemoClient(lying.url())) {
            assertThat(client.pull()).hasSize(IMAGE.sizes().size()).doesNotContain(LAYER);
        }
    }

    @Test
    void aClientThatIsRefusedFails() {
        try (DemoClient client = new DemoClient(registry.url().resolve("/"))) {
            registry.close();
            assertThatThrownBy(client::pull).isInstanceOf(IOException.class);
        }
    }

    @Test
    void aRangeIsHonouredAndOnlyItsBytesAreCounted() throws Exception {
        HttpResponse<byte[]> part = ask("GET", blob(LAYER), "bytes=1000-1999");

        assertThat(part.statusCode()).isEqualTo(206);
        assertThat(part.headers().firstValue("Content-Range")).contains("bytes 1000-1999/3000");
        assertThat(part.body()).hasSize(1_000);
        assertThat(link.takeCarried()).isEqualTo(Map.of(LAYER, 1_000L));
    }

    @Test
    void aRangeBehindTheEndIsRefused() throws Exception {
        HttpResponse<byte[]> none = ask("GET", blob(LAYER), "bytes=3000-");

        assertThat(none.statusCode()).isEqualTo(416);
        assertThat(none.headers().firstValue("Content-Range")).contains("bytes */3000");
    }

    @Test
    void headSaysTheSizeAndCarriesNothing() throws Exception {
        HttpResponse<byte[]> head = ask("HEAD", blob(LAYER), "");

        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.headers().firstValue("Content-Length")).contains("3000");
        assertThat(head.headers().firstValue("Docker-Content-Digest")).contains(LAYER.toString());
        assertThat(link.takeCarried()).isEmpty();
    }

    @Test
    void whatItDoesNotHaveIsNotFound() throws Exception {
        Digest other = Digest.of(Digest.Algorithm.SHA256, new byte[0]);

        assertThat(ask("GET", blob(other), "").statusCode()).isEqualTo(404);
        assertThat(ask("GET", "/v2/demo/image/manifests/other", "").statusCode()).isEqualTo(404);
        assertThat(ask("GET", "/v2/other/blobs/" + LAYER, "").statusCode()).isEqualTo(404);
        assertThat(ask("GET", "/v2/", "").statusCode()).isEqualTo(200);
    }

    @Test
    void theLinkTakesItsTime() throws Exception {
        SlowLink slow = new SlowLink(Duration.ofMillis(50), 1_000_000);
        DemoImage image = DemoImage.generate(100_000);
        long startedNanos = System.nanoTime();
        try (DemoRegistry far = DemoRegistry.start(image, slow);
                DemoClient client = new DemoClient(far.url())) {
            client.pull();
        }

        // Three requests one after another at 50 ms, and 100 kB at 1 MB/s.
        assertThat(Duration.ofNanos(System.nanoTime() - startedNanos))
                .isBetween(Duration.ofMillis(250), Duration.ofSeconds(5));
    }

    @Test
    void theImageIsTheSameEveryTime() {
        assertThat(DemoImage.generate(3_000, 2_000, 1_000).manifest().digest())
                .isEqualTo(IMAGE.manifest().digest());
        assertThat(IMAGE.layerCount()).isEqualTo(3);
    }
}
