package dev.tarn.conformance;

import static dev.tarn.upstream.FakeRequest.path;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.cli.Answer;
import dev.tarn.cli.MirrorFixture;
import dev.tarn.conformance.Sample.Held;
import dev.tarn.oci.Digest.Algorithm;
import dev.tarn.upstream.FakeRegistry;
import dev.tarn.upstream.FakeRequest;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// end-3: `GET|HEAD /v2/<name>/manifests/<reference>`, for each kind of manifest there is, asked
/// when the mirror has never heard of it and again when it has.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
class ManifestConformanceTest {

    private static final String MISSING =
            "sha256:5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e" + "5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e";

    private final AtomicInteger repositories = new AtomicInteger();
    private FakeRegistry registry = FakeRegistry.start();
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

    static List<Sample> samples() {
        return Sample.all();
    }

    /// In a repository of its own, with bytes of its own: cold for sure.
    private Held publish(Sample sample) {
        String name = sample.name().toLowerCase(Locale.ROOT).replace(' ', '-');
        return sample.publish(
                registry, "conformance/" + name + "-" + repositories.incrementAndGet());
    }

    private String target(Held held, Object reference) {
        return "/v2/" + held.repository() + "/manifests/" + reference;
    }

    private int asked(Predicate<FakeRequest> which, Held held) {
        return registry.requests(which.and(path("/" + held.repository() + "/manifests/"))).size();
    }

    private static void assertHead(Answer answer, Sample sample, Held held) {
        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
        assertThat(answer.isComplete()).as(answer.toString()).isTrue();
        assertThat(answer.header("Content-Type")).contains(sample.mediaType().text());
        assertThat(answer.header("Content-Length")).contains("" + held.size());
        assertThat(answer.header("Docker-Content-Digest")).contains(held.digest().toString());
        assertThat(answer.header("ETag")).contains("\"" + held.digest() + "\"");
        assertThat(answer.header("Warning")).isEmpty();
    }

    private static void assertWhole(Answer answer, Sample sample, Held held) {
        assertHead(answer, sample, held);
        assertThat(answer.bodyBytes()).isEqualTo(held.size());
        assertThat(answer.text().equals(held.json())).isTrue(); // too long to be shown
    }

    private static void assertEmpty(Answer answer, Sample sample, Held held) {
        assertHead(answer, sample, held);
        assertThat(answer.bodyBytes()).isZero();
    }

    @ParameterizedTest(name = "end-3 GET by tag: {0}")
    @MethodSource("samples")
    void getByTag(Sample sample) {
        Held held = publish(sample);
        String target = target(held, "tag");

        assertWhole(mirror.client().get(target), sample, held);
        int asked = asked(_ -> true, held);
        assertWhole(mirror.client().get(target), sample, held);
        assertThat(asked(_ -> true, held)).isEqualTo(asked);
        assertThat(asked(r -> r.method().equals("GET"), held)).isEqualTo(1);
    }

    @ParameterizedTest(name = "end-3 HEAD by tag: {0}")
    @MethodSource("samples")
    void headByTag(Sample sample) {
        Held held = publish(sample);
        String target = target(held, "tag");

        assertEmpty(mirror.client().head(target), sample, held);
        assertThat(asked(r -> r.method().equals("GET"), held)).isZero();
        assertWhole(mirror.client().get(target), sample, held);
        int asked = asked(_ -> true, held);
        assertEmpty(mirror.client().head(target), sample, held);
        assertThat(asked(_ -> true, held)).isEqualTo(asked);
    }

    @ParameterizedTest(name = "end-3 GET by digest: {0}")
    @MethodSource("samples")
    void getByDigest(Sample sample) {
        Held held = publish(sample);
        String target = target(held, held.digest());

        assertWhole(mirror.client().get(target), sample, held);
        assertWhole(mirror.client().get(target), sample, held);
        assertThat(asked(_ -> true, held)).isEqualTo(1);
    }

    @ParameterizedTest(name = "end-3 HEAD by digest: {0}")
    @MethodSource("samples")
    void headByDigest(Sample sample) {
        Held held = publish(sample);
        String target = target(held, held.digest());

        assertEmpty(mirror.client().head(target), sample, held);
        assertThat(asked(r -> r.method().equals("GET"), held)).isZero();
        assertWhole(mirror.client().get(target), sample, held);
        int asked = asked(_ -> true, held);
        assertEmpty(mirror.client().head(target), sample, held);
        assertThat(asked(_ -> true, held)).isEqualTo(asked);
    }

    @ParameterizedTest(name = "end-3 If-None-Match: {0}")
    @MethodSource("samples")
    void whatTheClientHasIsNotSentAgain(Sample sample) {
        Held held = publish(sample);
        for (Object reference : List.of("tag", held.digest())) {
            String target = target(held, reference);
            String etag = mirror.client().get(target).header("ETag").orElseThrow();

            Answer same = mirror.client().get(target, "If-None-Match", etag);
            Answer other = mirror.client().get(target, "If-None-Match", "\"" + MISSING + "\"");

            assertThat(same.status()).isEqualTo(304);
            assertThat(same.bodyBytes()).isZero();
            assertThat(same.header("ETag")).contains(etag);
            assertWhole(other, sample, held);
        }
    }

    @ParameterizedTest(name = "end-3 unknown: {0} is 404")
    @ValueSource(strings = {"no-such-tag", MISSING})
    void anUnknownManifestIs404(String reference) {
        Held held = publish(Sample.all().getFirst());
        for (int i = 0; i < 2; i++) {
            Answer get = mirror.client().get(target(held, reference));
            Answer head = mirror.client().head(target(held, reference));

            assertThat(get.status()).isEqualTo(404);
            assertThat(get.isComplete()).isTrue();
            assertThat(get.header("Content-Type")).contains("application/json");
            assertThat(get.text()).contains("\"code\":\"MANIFEST_UNKNOWN\"");
            assertThat(head.status()).isEqualTo(404);
            assertThat(head.bodyBytes()).isZero();
        }
    }

    @ParameterizedTest(name = "end-3 malformed: {0} is 400 and not asked for")
    @ValueSource(
            strings = {
                "sha256:baddigeststring",
                "sha512:baddigeststring",
                "sha256:",
                "md5:d41d8cd98f00b204e9800998ecf8427e",
                ".tag",
                "-tag",
                "ta%67",
                "tag@sha256:00"
            })
    void aMalformedReferenceIs400(String reference) {
        Held held = publish(Sample.all().getFirst());

        Answer get = mirror.client().get(target(held, reference));

        assertThat(get.status()).isEqualTo(400);
        assertThat(get.text()).contains("{\"errors\":[{\"code\":\"");
        assertThat(mirror.client().head(target(held, reference)).status()).isEqualTo(400);
        assertThat(asked(_ -> true, held)).isZero();
    }

    @Test
    @DisplayName("end-3 the mirror takes 4 MiB and no more")
    void theLargestManifest() {
        Sample large =
                new Sample(
                        "largest",
                        Sample.UNKNOWN_TYPE,
                        Algorithm.SHA256,
                        c -> "{\"mediaType\":\"" + Sample.UNKNOWN_TYPE + "\"}");
        Held held = publish(large);
        int limit = 4 << 20;
        for (int size : List.of(limit, limit + 1)) {
            String json = held.json();
            Sample padded =
                    new Sample(
                            "padded",
                            large.mediaType(),
                            large.algorithm(),
                            _ -> json + " ".repeat(size - json.length()));
            Held big = publish(padded);

            Answer answer = mirror.client().get(target(big, big.digest()));

            if (size == limit) {
                assertWhole(answer, padded, big);
            } else {
                assertThat(answer.status()).isEqualTo(502);
            }
        }
    }
}
