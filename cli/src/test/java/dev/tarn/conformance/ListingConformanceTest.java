package dev.tarn.conformance;

import static dev.tarn.upstream.FakeRequest.path;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.cli.Answer;
import dev.tarn.cli.MirrorFixture;
import dev.tarn.oci.Digest;
import dev.tarn.oci.Digest.Algorithm;
import dev.tarn.oci.MediaType;
import dev.tarn.upstream.FakeRegistry;
import dev.tarn.upstream.Fault;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// end-1 (base), end-8 (tags), end-12 (referrers), and the endpoints that write, which a mirror
/// does not have.
@Timeout(60)
class ListingConformanceTest {

    private static final Digest SUBJECT = Digest.of(Algorithm.SHA256, new byte[] {7});
    private static final Pattern LINK = Pattern.compile("<(/v2/[^>]+)>; rel=\"next\"");
    private static final List<String> TAGS =
            List.of("0.9", "1.0", "1.1", "A", "B_b", "a", "latest", "v1", "v10", "v2");

    private final FakeRegistry registry = FakeRegistry.start();
    @TempDir private Path root = Path.of("");
    private MirrorFixture mirror;

    @BeforeEach
    void start() {
        mirror = MirrorFixture.start(root, MirrorFixture.upstream("upstream.test", registry));
        Digest digest = registry.addImage("a/b", "latest", 1, 10).digest();
        TAGS.forEach(tag -> registry.tag("a/b", tag, digest));
    }

    @AfterEach
    void stop() {
        mirror.close();
        registry.close();
    }

    private static String json(List<String> tags) {
        return "{\"name\":\"a/b\",\"tags\":["
                + String.join(",", tags.stream().map(tag -> "\"" + tag + "\"").toList())
                + "]}";
    }

    private static byte[] index(String artifactType, int... numbers) {
        String manifests =
                String.join(
                        ",",
                        IntStream.of(numbers)
                                .mapToObj(i ->
                                        "{\"mediaType\":\"%s\",\"digest\":\"sha256:%064x\",\"size\":%d,\"artifactType\":\"%s\"}"
                                                .formatted(
                                                        MediaType.OCI_MANIFEST,
                                                        i,
                                                        100 + i,
                                                        artifactType))
                                .toList());
        return "{\"schemaVersion\":2,\"mediaType\":\"%s\",  \"manifests\":[%s]}"
                .formatted(MediaType.OCI_INDEX, manifests)
                .getBytes(StandardCharsets.UTF_8);
    }

    /// Follows the links from `target` until there is none, or too many.
    private List<Answer> pages(String target) {
        List<Answer> pages = new ArrayList<>();
        Optional<String> next = Optional.of(target);
        while (next.isPresent() && pages.size() < 20) {
            Answer page = mirror.client().get(next.get());
            assertThat(page.status()).as(next.get()).isEqualTo(200);
            assertThat(page.isComplete()).isTrue();
            pages.add(page);
            next =
                    page.header("Link")
                            .map(link -> {
                                Matcher matcher = LINK.matcher(link);
                                assertThat(matcher.matches()).as(link).isTrue();
                                return matcher.group(1);
                            });
        }
        return pages;
    }

    @ParameterizedTest(name = "end-1 {0} {1}")
    @CsvSource({"GET, /v2/", "HEAD, /v2/", "GET, /v2"})
    void base(String method, String target) {
        Answer answer = mirror.client().send(method, target);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.isComplete()).isTrue();
        assertThat(answer.header("Docker-Distribution-Api-Version")).contains("registry/2.0");
        assertThat(registry.requests()).isEmpty();
    }

    @Test
    @DisplayName("end-8a GET lists every tag, in order")
    void everyTag() {
        Answer answer = mirror.client().get("/v2/a/b/tags/list");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.isComplete()).isTrue();
        assertThat(answer.header("Content-Type")).contains("application/json");
        assertThat(answer.header("Link")).isEmpty();
        assertThat(answer.text()).isEqualTo(json(TAGS));
    }

    @Test
    @DisplayName("end-8a HEAD is GET without its body")
    void headOfTags() {
        Answer answer = mirror.client().head("/v2/a/b/tags/list");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.bodyBytes()).isZero();
        assertThat(answer.header("Content-Length")).contains("" + json(TAGS).length());
    }

    @Test
    @DisplayName("end-8a an unknown repository is 404")
    void tagsOfAnUnknownRepository() {
        Answer answer = mirror.client().get("/v2/no/such/tags/list");

        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.text()).contains("\"code\":\"NAME_UNKNOWN\"");
    }

    @ParameterizedTest(name = "end-8b n={0}: every tag once, over links to us")
    @ValueSource(ints = {1, 3, 9, 10, 11, 5_000})
    void pagesOfTags(int n) {
        List<Answer> pages = pages("/v2/a/b/tags/list?n=" + n);

        assertThat(pages).hasSize(Math.ceilDiv(TAGS.size(), n));
        for (int i = 0; i < pages.size(); i++) {
            List<String> expected = TAGS.subList(i * n, Math.min(TAGS.size(), (i + 1) * n));
            assertThat(pages.get(i).text()).isEqualTo(json(expected));
        }
    }

    @ParameterizedTest(name = "end-8b last={0}: strictly what follows")
    @ValueSource(strings = {"0.9", "B_b", "b", "v2"})
    void whatFollows(String last) {
        Answer answer = mirror.client().get("/v2/a/b/tags/list?last=" + last);

        assertThat(answer.text())
                .isEqualTo(json(TAGS.stream().filter(tag -> tag.compareTo(last) > 0).toList()));
    }

    @ParameterizedTest(name = "end-8b n={0} is 400")
    @ValueSource(strings = {"-1", "x", "1.5"})
    void whatIsNoNumberOfTags(String n) {
        Answer answer = mirror.client().get("/v2/a/b/tags/list?n=" + n);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text()).contains("\"code\":\"PAGINATION_NUMBER_INVALID\"");
        assertThat(registry.requests()).isEmpty();
    }

    @Test
    @DisplayName("end-12a GET and HEAD answer the upstream's index byte for byte")
    void referrers() {
        byte[] index = index("application/x.sbom", 1, 2, 3);
        registry.setReferrers("a/b", SUBJECT, index);
        for (int i = 0; i < 2; i++) {
            Answer get = mirror.client().get("/v2/a/b/referrers/" + SUBJECT);
            Answer head = mirror.client().head("/v2/a/b/referrers/" + SUBJECT);

            for (Answer answer : List.of(get, head)) {
                assertThat(answer.status()).isEqualTo(200);
                assertThat(answer.isComplete()).as(answer.toString()).isTrue();
                assertThat(answer.header("Content-Type")).contains(MediaType.OCI_INDEX.text());
                assertThat(answer.header("Content-Length")).contains("" + index.length);
                assertThat(answer.header("OCI-Filters-Applied")).isEmpty();
                assertThat(answer.header("Link")).isEmpty();
            }
            assertThat(get.body()).isEqualTo(index);
            assertThat(head.bodyBytes()).isZero();
        }
    }

    @Test
    @DisplayName("end-12a nothing refers to it: an empty index")
    void noReferrers() {
        registry.setReferrers("a/b", SUBJECT, index("none"));

        Answer answer = mirror.client().get("/v2/a/b/referrers/" + SUBJECT);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo(index("none"));
    }

    @Test
    @DisplayName("end-12a an upstream without referrers is a 404, so that clients use the tag")
    void anUpstreamWithoutReferrers() {
        Answer answer = mirror.client().get("/v2/a/b/referrers/" + SUBJECT);

        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.text()).startsWith("{\"errors\":[{\"code\":\"");
    }

    @ParameterizedTest(name = "end-12a malformed: {0} is 400")
    @ValueSource(strings = {"sha256:baddigeststring", "latest"})
    void referrersOfNoDigest(String subject) {
        assertThat(mirror.client().get("/v2/a/b/referrers/" + subject).status()).isEqualTo(400);
        assertThat(registry.requests()).isEmpty();
    }

    @Test
    @DisplayName("end-12b artifactType goes to the upstream, and what it applied comes back")
    void filteredReferrers() {
        byte[] filtered = index("application/x.sbom+json", 2);
        registry.setReferrers("a/b", SUBJECT, filtered);
        registry.inject(Fault.header("OCI-Filters-Applied", "artifactType"), path("/referrers/"));

        Answer answer =
                mirror.client()
                        .get(
                                "/v2/a/b/referrers/"
                                        + SUBJECT
                                        + "?artifactType=application%2Fx.sbom%2Bjson");

        assertThat(answer.header("OCI-Filters-Applied")).contains("artifactType");
        assertThat(answer.body()).isEqualTo(filtered);
        assertThat(registry.requests(path("/referrers/")))
                .singleElement()
                .satisfies(request ->
                        assertThat(request.query())
                                .containsEntry("artifactType", "application/x.sbom+json"));
    }

    @Test
    @DisplayName("end-12a pages: every page once, over links to us, whatever names the next")
    void pagesOfReferrers() {
        registry.setReferrers("a/b", SUBJECT, index("x", 1, 2), index("x", 3), index("x", 4));

        List<Answer> pages = pages("/v2/a/b/referrers/" + SUBJECT);

        assertThat(pages)
                .extracting(Answer::body)
                .containsExactly(index("x", 1, 2), index("x", 3), index("x", 4));
    }

    @ParameterizedTest(name = "{0} {1} {2} is 405")
    @CsvSource({
        "end-4a, POST, /v2/a/b/blobs/uploads/",
        "end-4b, POST, /v2/a/b/blobs/uploads/?digest=sha256:00",
        "end-5, PATCH, /v2/a/b/blobs/uploads/0001",
        "end-6, PUT, /v2/a/b/blobs/uploads/0001?digest=sha256:00",
        "end-7, PUT, /v2/a/b/manifests/latest",
        "end-9, DELETE, /v2/a/b/manifests/latest",
        "end-10, DELETE, /v2/a/b/blobs/sha256:5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e",
        "end-11, POST, /v2/a/b/blobs/uploads/?mount=sha256:00&from=c/d",
        "end-14, DELETE, /v2/a/b/blobs/uploads/0001"
    })
    void writing(String id, String method, String target) {
        Answer answer = mirror.client().send(method, target);

        assertThat(answer.status()).as(id).isEqualTo(405);
        assertThat(answer.isComplete()).isTrue();
        assertThat(answer.header("Allow")).contains("GET, HEAD");
        assertThat(answer.text()).contains("\"code\":\"UNSUPPORTED\"");
        assertThat(registry.requests()).isEmpty();
    }
}
