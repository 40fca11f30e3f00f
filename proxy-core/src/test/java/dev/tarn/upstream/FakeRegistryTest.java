package dev.tarn.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tarn.oci.Digest;
import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FakeRegistryTest {
    private final FakeRegistry registry = FakeRegistry.start();
    private final HttpClient client = HttpClient.newHttpClient();

    @AfterEach
    void close() {
        client.shutdownNow();
        registry.close();
    }

    private HttpResponse<byte[]> fetch(String target, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(registry.uri().resolve(target))
                        .version(HttpClient.Version.HTTP_1_1);
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), BodyHandlers.ofByteArray());
    }

    @Test
    void answersForAnImageAndKeepsTheConnection() throws Exception {
        FakeImage image = registry.addImage("library/app", "latest", 1, 1_000, 50_000);

        HttpResponse<byte[]> manifest = fetch("/v2/library/app/manifests/latest");
        HttpResponse<byte[]> layer =
                fetch("/v2/library/app/blobs/" + image.layers().get(1).digest());

        assertThat(manifest.headers().firstValue("Docker-Content-Digest"))
                .contains(image.digest().toString());
        assertThat(Digest.of(Digest.Algorithm.SHA256, layer.body()))
                .isEqualTo(image.layers().get(1).digest());
        assertThat(registry.connections()).isEqualTo(1);
        assertThat(registry.bytesSent(image.layers().get(1).digest())).isEqualTo(50_000);
        assertThat(registry.requests()).hasSize(2);
    }

    @Test
    void answersRanges() throws Exception {
        byte[] bytes = "0123456789".getBytes(StandardCharsets.US_ASCII);
        String target = "/v2/a/blobs/" + registry.addBlob("a", bytes);

        HttpResponse<byte[]> middle = fetch(target, "Range", "bytes=2-4");
        HttpResponse<byte[]> last = fetch(target, "Range", "bytes=-3");
        HttpResponse<byte[]> behind = fetch(target, "Range", "bytes=10-");

        assertThat(middle.statusCode()).isEqualTo(206);
        assertThat(middle.body()).isEqualTo(Arrays.copyOfRange(bytes, 2, 5));
        assertThat(last.headers().firstValue("Content-Range")).contains("bytes 7-9/10");
        assertThat(behind.statusCode()).isEqualTo(416);
        assertThat(behind.headers().firstValue("Content-Range")).contains("bytes */10");
    }

    @Test
    void cutsResetsAndFlipsWhenToldTo() throws Exception {
        byte[] bytes = new byte[100_000];
        String target = "/v2/a/blobs/" + registry.addBlob("a", bytes);

        registry.inject(1, Fault.cutAfter(10), FakeRequest.path("/blobs/"));
        assertThatThrownBy(() -> fetch(target)).isInstanceOf(IOException.class);
        registry.inject(1, Fault.resetAfter(10), FakeRequest.path("/blobs/"));
        assertThatThrownBy(() -> fetch(target)).isInstanceOf(IOException.class);
        registry.inject(1, Fault.wrongBytes(), FakeRequest.path("/blobs/"));
        assertThat(fetch(target).body()).hasSize(bytes.length).isNotEqualTo(bytes);
        assertThat(fetch(target).body()).isEqualTo(bytes);
    }

    @Test
    void sendsChunkedRedirectedThrottledAndInformational() throws Exception {
        byte[] bytes = new byte[100_000];
        String target = "/v2/a/blobs/" + registry.addBlob("a", bytes);

        registry.inject(1, Fault.chunked().and(Fault.informational(2)), _ -> true);
        assertThat(fetch(target).body()).isEqualTo(bytes);
        registry.inject(1, Fault.redirect("http://cdn.example/x"), _ -> true);
        assertThat(fetch(target).headers().firstValue("Location")).contains("http://cdn.example/x");
        registry.inject(1, Fault.throttled("3"), _ -> true);
        assertThat(fetch(target).headers().firstValue("Retry-After")).contains("3");
    }

    @Test
    void isNoFasterThanItsRate() throws Exception {
        String target = "/v2/a/blobs/" + registry.addBlob("a", new byte[100_000]);
        registry.inject(Fault.rate(500_000).and(Fault.latency(Duration.ofMillis(50))));

        long start = System.nanoTime();
        fetch(target);

        assertThat(Duration.ofNanos(System.nanoTime() - start))
                .isGreaterThan(Duration.ofMillis(200));
    }

    @Test
    void pagesTags() throws Exception {
        FakeImage image = registry.addImage("a", "t1", 1, 10);
        registry.tag("a", "t2", image.digest());
        registry.tag("a", "t3", image.digest());

        HttpResponse<byte[]> page = fetch("/v2/a/tags/list?n=2");

        assertThat(new String(page.body(), StandardCharsets.UTF_8))
                .isEqualTo("{\"name\":\"a\",\"tags\":[\"t1\",\"t2\"]}");
        assertThat(page.headers().firstValue("Link"))
                .contains("</v2/a/tags/list?last=t2&n=2>; rel=\"next\"");
    }

    @Test
    void asksForTokens() throws Exception {
        FakeAuth auth = FakeAuth.bearer();
        registry.require(auth);
        registry.addImage("a", "t1", 1, 10);

        HttpResponse<byte[]> challenge = fetch("/v2/a/manifests/t1");
        fetch("/token?service=fake%20registry&scope=repository:a:pull");
        HttpResponse<byte[]> answer =
                fetch("/v2/a/manifests/t1", "Authorization", "Bearer fake-token-1");

        assertThat(challenge.statusCode()).isEqualTo(401);
        assertThat(challenge.headers().firstValue("WWW-Authenticate").orElseThrow())
                .contains("/token\"", "scope=\"repository:a:pull\"");
        assertThat(answer.statusCode()).isEqualTo(200);
    }

    @Test
    void refusesConnectionsUntilItIsRestarted() throws Exception {
        registry.stop();
        assertThatThrownBy(() -> fetch("/v2/")).isInstanceOf(ConnectException.class);
        registry.restart();
        assertThat(fetch("/v2/").statusCode()).isEqualTo(200);
    }
}
