package dev.tarn.conformance;

import static dev.tarn.upstream.FakeRequest.path;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tarn.cli.Answer;
import dev.tarn.cli.MirrorFixture;
import dev.tarn.oci.Digest;
import dev.tarn.oci.Digest.Algorithm;
import dev.tarn.upstream.FakeRegistry;
import dev.tarn.upstream.FakeRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// end-2: `GET|HEAD /v2/<name>/blobs/<digest>`, whole and in part, cold and warm.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
class BlobConformanceTest {

    static final class Blob {
        private final String name;
        private final Algorithm algorithm;
        private final byte[] bytes;

        Blob(String name, Algorithm algorithm, byte[] bytes) {
            this.name = name;
            this.algorithm = algorithm;
            this.bytes = bytes;
        }

        Digest digest() {
            return Digest.of(algorithm, bytes);
        }

        @Override
        public String toString() {
            return name + ", " + algorithm.prefix();
        }
    }

    private static final int RANGED_BYTES = 3_000;

    private final AtomicInteger blobs = new AtomicInteger();
    private final FakeRegistry registry = FakeRegistry.start();
    private MirrorFixture mirror;

    @BeforeAll
    void start(@TempDir Path root) {
        mirror = MirrorFixture.start(root, MirrorFixture.upstream("upstream.test", registry));
    }

    @AfterAll
    void stop() {
        mirror.close();
        registry.close();
    }

    static List<Blob> blobs() {
        return List.of(Algorithm.values()).stream()
                .flatMap(algorithm ->
                        List.of(
                                new Blob("nothing", algorithm, new byte[0]),
                                new Blob("{}", algorithm, "{}".getBytes(StandardCharsets.UTF_8)),
                                random("one byte", algorithm, 1),
                                random("a configuration", algorithm, 1_400),
                                random("exactly what is held back", algorithm, 16 << 10),
                                random("exactly one chunk", algorithm, 64 << 10),
                                random("one chunk and a byte", algorithm, (64 << 10) + 1),
                                random("many chunks", algorithm, 1_000_000))
                                .stream())
                .toList();
    }

    private static Blob random(String name, Algorithm algorithm, int size) {
        byte[] bytes = new byte[size];
        new Random(algorithm.hashCode() + 31L * size).nextBytes(bytes);
        return new Blob(name, algorithm, bytes);
    }

    /// A blob that no mirror has seen, of random bytes.
    private Blob fresh(int size) {
        byte[] bytes = new byte[size];
        new Random(1_000 + blobs.incrementAndGet()).nextBytes(bytes);
        Blob blob = new Blob("fresh", Algorithm.SHA256, bytes);
        registry.addBlob("conformance/blobs", blob.digest(), bytes);
        return blob;
    }

    private static String target(Object digest) {
        return "/v2/conformance/blobs/blobs/" + digest;
    }

    private static void assertHead(Answer answer, Blob blob) {
        assertThat(answer.isComplete()).as(answer.toString()).isTrue();
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Content-Length")).contains("" + blob.bytes.length);
        assertThat(answer.header("Docker-Content-Digest")).contains(blob.digest().toString());
        assertThat(answer.header("Content-Type")).contains("application/octet-stream");
        assertThat(answer.header("Accept-Ranges")).contains("bytes");
        assertThat(answer.header("Content-Range")).isEmpty();
    }

    @ParameterizedTest(name = "end-2 HEAD and GET: {0}")
    @MethodSource("blobs")
    void headAndGet(Blob blob) {
        registry.addBlob("conformance/blobs", blob.digest(), blob.bytes);
        String target = target(blob.digest());
        long stored = mirror.blobCount();

        Answer coldHead = mirror.client().head(target);
        assertThat(registry.requests(FakeRequest.of("GET", blob.digest().toString()))).isEmpty();
        Answer cold = mirror.client().get(target);
        await().until(() -> mirror.blobCount() == stored + 1);
        int asked = registry.requests(path(blob.digest().toString())).size();
        Answer warm = mirror.client().get(target);
        Answer warmHead = mirror.client().head(target);

        for (Answer head : List.of(coldHead, warmHead)) {
            assertHead(head, blob);
            assertThat(head.bodyBytes()).isZero();
        }
        for (Answer get : List.of(cold, warm)) {
            assertHead(get, blob);
            assertThat(get.body()).isEqualTo(blob.bytes);
        }
        assertThat(registry.requests(path(blob.digest().toString()))).hasSize(asked);
        assertThat(registry.bytesSent(blob.digest())).isEqualTo(blob.bytes.length);
    }

    @ParameterizedTest(name = "end-2 Range: bytes={0} is bytes {1} to {2} of 3000")
    @CsvSource({
        "500-1499, 500, 1500",
        "500-, 500, 3000",
        "-500, 2500, 3000",
        "2000-5000, 2000, 3000",
        "0-0, 0, 1",
        "0-2999, 0, 3000",
        "2999-, 2999, 3000",
        "-3000, 0, 3000",
        "-9999, 0, 3000"
    })
    void ranges(String range, int start, int end) {
        Blob blob = fresh(RANGED_BYTES);
        for (int i = 0; i < 2; i++) {
            Answer answer = mirror.client().get(target(blob.digest()), "Range", "bytes=" + range);

            assertThat(answer.status()).isEqualTo(206);
            assertThat(answer.isComplete()).as(answer.toString()).isTrue();
            assertThat(answer.header("Content-Length")).contains("" + (end - start));
            assertThat(answer.header("Content-Range"))
                    .contains("bytes %d-%d/%d".formatted(start, end - 1, RANGED_BYTES));
            assertThat(answer.header("Docker-Content-Digest")).contains(blob.digest().toString());
            assertThat(answer.body()).isEqualTo(Arrays.copyOfRange(blob.bytes, start, end));
        }
        assertThat(mirror.client().get(target(blob.digest())).body()).isEqualTo(blob.bytes);
        assertThat(registry.bytesSent(blob.digest())).isEqualTo(RANGED_BYTES);
    }

    @ParameterizedTest(name = "end-2 Range: bytes={0} of 3000 is 416")
    @ValueSource(strings = {"500-0", "5000-10000", "3000-", "-0"})
    void unsatisfiableRanges(String range) {
        Blob blob = fresh(RANGED_BYTES);
        for (int i = 0; i < 2; i++) {
            Answer answer = mirror.client().get(target(blob.digest()), "Range", "bytes=" + range);

            assertThat(answer.status()).isEqualTo(416);
            assertThat(answer.isComplete()).as(answer.toString()).isTrue();
            assertThat(answer.header("Content-Range")).contains("bytes */3000");
            assertThat(answer.text()).contains("\"code\":\"RANGE_INVALID\"");
            assertHead(mirror.client().head(target(blob.digest())), blob);
            assertThat(mirror.client().get(target(blob.digest())).body()).isEqualTo(blob.bytes);
        }
    }

    @ParameterizedTest(name = "end-2 Range: {0} is not a range that is served, so the blob is")
    @ValueSource(strings = {"bytes=0-1,5-6", "lines=1-2", "bytes=a-b", "bytes=", "bytes=-"})
    void otherRangesAreIgnored(String range) {
        Blob blob = fresh(RANGED_BYTES);
        for (int i = 0; i < 2; i++) {
            Answer answer = mirror.client().get(target(blob.digest()), "Range", range);

            assertHead(answer, blob);
            assertThat(answer.body()).isEqualTo(blob.bytes);
        }
    }

    @Test
    @DisplayName("end-2 If-Range and If-None-Match")
    void conditions() {
        Blob blob = fresh(RANGED_BYTES);
        String target = target(blob.digest());
        String etag = mirror.client().get(target).header("ETag").orElseThrow();

        Answer part = mirror.client().get(target, "Range", "bytes=1-2", "If-Range", etag);
        Answer whole = mirror.client().get(target, "Range", "bytes=1-2", "If-Range", "\"other\"");
        Answer none = mirror.client().get(target, "If-None-Match", etag);

        assertThat(part.status()).isEqualTo(206);
        assertHead(whole, blob);
        assertThat(none.status()).isEqualTo(304);
        assertThat(none.bodyBytes()).isZero();
    }

    @Test
    @DisplayName("end-2 an unknown blob is 404")
    void anUnknownBlobIs404() {
        String target = target("sha256:" + "5e".repeat(32));
        for (int i = 0; i < 2; i++) {
            Answer get = mirror.client().get(target);
            Answer ranged = mirror.client().get(target, "Range", "bytes=0-9");

            for (Answer answer : List.of(get, ranged)) {
                assertThat(answer.status()).isEqualTo(404);
                assertThat(answer.text()).contains("\"code\":\"BLOB_UNKNOWN\"");
            }
            assertThat(mirror.client().head(target).status()).isEqualTo(404);
        }
    }

    @ParameterizedTest(name = "end-2 malformed: {0} is 400 and not asked for")
    @ValueSource(strings = {"sha256:baddigeststring", "sha256:5E5E", "tag", "sha1:00", "..%2f.."})
    void aMalformedDigestIs400(String digest) {
        int asked = registry.requests().size();

        Answer get = mirror.client().get(target(digest));

        assertThat(get.status()).isEqualTo(400);
        assertThat(get.text()).contains("\"code\":\"DIGEST_INVALID\"");
        assertThat(mirror.client().head(target(digest)).status()).isEqualTo(400);
        assertThat(registry.requests()).hasSize(asked);
    }

    @ParameterizedTest(name = "end-2 bad digest: {0} bytes of something else never arrive whole")
    @ValueSource(ints = {0, 1, 100, 100_000})
    void badDigest(int size) {
        Digest digest = Digest.parse("sha256:%064x".formatted(size + 1));
        registry.addBlob("conformance/blobs", digest, new byte[size]);
        long stored = mirror.blobCount();
        for (int i = 0; i < 2; i++) {
            Answer answer = mirror.client().get(target(digest));

            assertThat(answer.status() == 200 && answer.isComplete())
                    .as(answer.toString())
                    .isFalse();
        }
        assertThat(mirror.blobCount()).isEqualTo(stored);
    }
}
