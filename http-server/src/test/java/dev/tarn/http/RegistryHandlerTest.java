package dev.tarn.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.http.Response.Body;
import dev.tarn.oci.Digest;
import dev.tarn.oci.ErrorCode;
import dev.tarn.oci.MediaType;
import dev.tarn.oci.RawManifest;
import dev.tarn.oci.RegistryException.Malformed;
import dev.tarn.oci.RegistryException.RangeUnsatisfiable;
import dev.tarn.oci.RegistryException.Refused;
import dev.tarn.oci.RegistryException.StoreFailed;
import dev.tarn.oci.RegistryException.Throttled;
import dev.tarn.oci.RegistryException.Unknown;
import dev.tarn.oci.RegistryException.Unsupported;
import dev.tarn.oci.RegistryException.UpstreamFailed;
import dev.tarn.pull.Outcome;
import dev.tarn.pull.PageQuery;
import dev.tarn.pull.PullListener;
import dev.tarn.pull.Referrers;
import dev.tarn.pull.TagPage;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class RegistryHandlerTest extends RegistryHandlerFixture {

    // The base.

    @ParameterizedTest
    @CsvSource({"GET, 2", "HEAD, 0"})
    void theBaseAsksNobody(String method, int length) throws Exception {
        Response response = answer(method, "/v2/");

        assertThat(response.status()).isEqualTo(200);
        assertThat(response.headers())
                .containsEntry("Docker-Distribution-Api-Version", "registry/2.0")
                .containsEntry("Content-Length", "2");
        assertThat(body(response)).hasSize(length);
        assertThat(hub.asked).isEmpty();
        assertThat(answers).isEmpty();
    }

    // Manifests.

    @ParameterizedTest
    @ValueSource(strings = {"GET", "HEAD"})
    void aManifestSaysWhatItIs(String method) throws Exception {
        for (String reference : List.of("latest", manifest.digest().toString())) {
            Response response = answer(method, "/v2/alpine/manifests/" + reference);

            assertThat(response.status()).isEqualTo(200);
            assertThat(response.headers())
                    .containsEntry("Content-Type", MediaType.OCI_INDEX.text())
                    .containsEntry("Content-Length", Integer.toString(manifest.size()))
                    .containsEntry("Docker-Content-Digest", manifest.digest().toString())
                    .containsEntry("ETag", '"' + manifest.digest().toString() + '"')
                    .containsEntry("Docker-Distribution-Api-Version", "registry/2.0")
                    .doesNotContainKey("Warning");
            assertThat(ByteBuffer.wrap(body(response)))
                    .isEqualTo(method.equals("HEAD") ? ByteBuffer.allocate(0) : manifest.bytes());
        }
    }

    @Test
    void aManifestOfAnUnknownTypePassesThrough() throws Exception {
        MediaType odd = new MediaType("application/vnd.example.odd.v7+json");
        RawManifest other =
                RawManifest.of(odd, Digest.Algorithm.SHA512, new byte[] {'{', ' ', '}'});
        hub.addManifest(ALPINE, "odd", other);

        Response response = answer("GET", "/v2/alpine/manifests/odd");

        assertThat(response.headers())
                .containsEntry("Content-Type", odd.text())
                .containsEntry("Docker-Content-Digest", other.digest().toString());
        assertThat(body(response)).containsExactly('{', ' ', '}');
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "HEAD"})
    void aStaleManifestCarriesAWarning(String method) throws Exception {
        hub.tagTtl = Duration.ZERO;
        body(answer("GET", "/v2/alpine/manifests/latest"));
        hub.failure = FakeUpstream.failed(UpstreamFailed.Kind.UNREACHABLE);

        Response response = answer(method, "/v2/alpine/manifests/latest");

        assertThat(response.status()).isEqualTo(200);
        assertThat(response.headers().get("Warning")).startsWith("299 - \"").endsWith("\"");
        assertThat(response.headers().get("Warning")).hasSizeLessThanOrEqualTo(4096);
    }

    @ParameterizedTest
    @CsvSource({
        "true, '\"%s\"'",
        "true, 'W/\"%s\"'",
        "true, '\"x\", \"%s\"'",
        "true, '\"x\",W/\"%s\" , \"y\"'",
        "true, '*'",
        "false, '%s'",
        "false, '\"x\"'",
        "false, '\"sha256:%s\"'",
        "false, ''"
    })
    void whatTheClientHasIsNotSentAgain(boolean isSame, String condition) throws Exception {
        assertUnchanged(isSame, "/v2/alpine/manifests/latest", condition, manifest.digest());
        assertUnchanged(isSame, "/v2/alpine/blobs/" + blob, condition, blob);
    }

    private void assertUnchanged(boolean isSame, String path, String condition, Digest digest)
            throws Exception {
        for (String method : List.of("GET", "HEAD")) {
            Response response =
                    answer(method, path, Map.of("If-None-Match", condition.formatted(digest)));
            body(response);
            assertThat(response.status()).isEqualTo(isSame ? 304 : 200);
            assertThat(response.headers()).containsEntry("ETag", '"' + digest.toString() + '"');
            if (isSame) {
                assertThat(response.body()).isInstanceOf(Body.Empty.class);
                assertThat(response.headers()).doesNotContainKey("Content-Length");
            }
        }
    }

    @Test
    void whatTheClientHasIsNotFetchedEither() throws Exception {
        String etag = '"' + blob.toString() + '"';

        answer("GET", "/v2/alpine/blobs/" + blob, Map.of("If-None-Match", etag));

        assertThat(hub.asked).containsExactly("HEAD library/alpine@" + blob);
    }

    // Listings.

    @Test
    void tagsComeUnderTheNameThatTheClientUses() throws Exception {
        quay.tags = new TagPage(List.of("1", "2\"é"), Optional.empty());

        Response response = answer("GET", "/v2/quay.io/a/b/tags/list?n=5000&last=x");

        JsonNode document = json(response);
        assertThat(response.headers())
                .containsEntry("Content-Type", "application/json")
                .doesNotContainKey("Link");
        assertThat(document.get("name").asString()).isEqualTo("quay.io/a/b");
        assertThat(document.get("tags").valueStream().map(JsonNode::asString))
                .containsExactly("1", "2\"é");
        assertThat(quay.asked).containsExactly("tags a/b {n=1000, last=x}");
    }

    @Test
    void theNextPageIsOurs() throws Exception {
        SequencedMap<String, String> next = new LinkedHashMap<>();
        next.put("n", "2");
        next.put("last", "a b>;/+");
        hub.tags = new TagPage(List.of("1", "2"), Optional.of(PageQuery.of(next)));

        assertThat(answer("GET", "/v2/alpine/tags/list?n=2").headers())
                .containsEntry(
                        "Link", "</v2/alpine/tags/list?n=2&last=a%20b%3E%3B%2F%2B>; rel=\"next\"");
        assertThat(answer("HEAD", "/v2/alpine/tags/list?n=2&ns=docker.io").headers())
                .containsEntry(
                        "Link",
                        "</v2/alpine/tags/list?n=2&last=a%20b%3E%3B%2F%2B&ns=docker.io>;"
                                + " rel=\"next\"");
    }

    @Test
    void noTagsAskNobody() throws Exception {
        Response response = answer("GET", "/v2/alpine/tags/list?n=0");

        assertThat(json(response).get("tags")).isEmpty();
        assertThat(hub.asked).isEmpty();
    }

    @Test
    void referrersComeByteForByte() throws Exception {
        byte[] index = "{ \"manifests\" : [ ] }".getBytes(StandardCharsets.UTF_8);
        hub.referrers =
                new Referrers(
                        RawManifest.of(MediaType.OCI_INDEX, Digest.Algorithm.SHA256, index),
                        Optional.of("artifactType"),
                        Optional.of(PageQuery.of(Map.of("next_page", "2"))));

        Response response =
                answer("GET", "/v2/alpine/referrers/" + blob + "?artifactType=application/x%2By");

        assertThat(response.headers())
                .containsEntry("Content-Type", MediaType.OCI_INDEX.text())
                .containsEntry("OCI-Filters-Applied", "artifactType")
                .containsEntry(
                        "Link", "</v2/alpine/referrers/" + blob + "?next_page=2>; rel=\"next\"");
        assertThat(body(response)).isEqualTo(index);
        assertThat(hub.asked)
                .containsExactly("referrers library/alpine {artifactType=application/x+y}");
    }

    @Test
    void referrersThatAreNotThereStayAway() throws Exception {
        assertThat(answer("GET", "/v2/alpine/referrers/" + blob).status()).isEqualTo(404);
    }

    // Namespaces.

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v2/",
                "/v2/a/manifests/b",
                "/v2/a/blobs/bad",
                "/v2/A/manifests/b",
                "/v2/_catalog",
                "/v2/a/tags/list"
            })
    void aKnownNamespaceIsEchoedWhateverTheAnswer(String path) throws Exception {
        Response response = answer("GET", path + "?ns=quay.io");

        assertThat(response.headers()).containsEntry("OCI-Namespace", "quay.io");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/v2/", "/v2/alpine/manifests/latest", "/v2/a/b/tags/list", "/v2/a/blobs/"})
    void anUnknownNamespaceIsNeverAsked(String path) throws Exception {
        String complete = path.endsWith("blobs/") ? path + blob : path;

        Response response = answer("GET", complete + "?ns=evil.example");

        assertThat(response.status()).isEqualTo(404);
        assertThat(code(response)).isEqualTo("NAME_UNKNOWN");
        assertThat(response.headers()).doesNotContainKey("OCI-Namespace");
        assertThat(hub.asked).isEmpty();
        assertThat(quay.asked).isEmpty();
        assertThat(answers).isEmpty();
    }

    // Failures.

    static Stream<Arguments> failures() {
        return Stream.of(
                Arguments.of(new Malformed(ErrorCode.TAG_INVALID, "m"), 400, "TAG_INVALID"),
                Arguments.of(new Unknown(ErrorCode.NAME_UNKNOWN, "m"), 404, "NAME_UNKNOWN"),
                Arguments.of(new Unsupported("m"), 405, "UNSUPPORTED"),
                Arguments.of(Refused.unauthorized("m"), 401, "UNAUTHORIZED"),
                Arguments.of(Refused.denied("m"), 403, "DENIED"),
                Arguments.of(new Throttled("m", Duration.ofMillis(1500)), 503, "TOOMANYREQUESTS"),
                Arguments.of(new RangeUnsatisfiable(9), 416, "RANGE_INVALID"),
                Arguments.of(
                        FakeUpstream.failed(UpstreamFailed.Kind.UNREACHABLE), 502, "UNAVAILABLE"),
                Arguments.of(FakeUpstream.failed(UpstreamFailed.Kind.SILENT), 504, "UNAVAILABLE"),
                Arguments.of(FakeUpstream.failed(UpstreamFailed.Kind.CUT_OFF), 502, "UNAVAILABLE"),
                Arguments.of(
                        FakeUpstream.failed(UpstreamFailed.Kind.BAD_ANSWER), 502, "UNAVAILABLE"),
                Arguments.of(
                        FakeUpstream.failed(UpstreamFailed.Kind.WRONG_BYTES), 502, "UNAVAILABLE"),
                Arguments.of(new StoreFailed("/secret/path", null), 500, "UNKNOWN"),
                Arguments.of(new IllegalStateException("/secret/path"), 500, "UNKNOWN"));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void aFailureIsAnAnswerOnEveryRoute(RuntimeException failure, int status, String code)
            throws Exception {
        hub.failure = failure;
        List<String> paths =
                List.of(
                        "/v2/alpine/manifests/latest",
                        "/v2/alpine/tags/list",
                        "/v2/alpine/referrers/" + blob);
        for (String path : paths) {
            Response response = answer("GET", path);

            assertThat(response.status()).isEqualTo(status);
            assertThat(code(response)).isEqualTo(code);
            assertThat(response.headers())
                    .containsEntry("Docker-Distribution-Api-Version", "registry/2.0")
                    .doesNotContainKey("WWW-Authenticate");
            assertThat(new String(body(response), StandardCharsets.UTF_8)).doesNotContain("secret");
        }
        assertThat(answer("HEAD", paths.getFirst()).body()).isInstanceOf(Body.Empty.class);
    }

    @Test
    void aThrottledClientIsToldWhenToComeBack() throws Exception {
        hub.failure = new Throttled("m", Duration.ofMillis(1500));

        assertThat(answer("GET", "/v2/alpine/manifests/latest").headers())
                .containsEntry("Retry-After", "2");
    }

    @ParameterizedTest
    @CsvSource({"UNREACHABLE, 502", "SILENT, 504", "WRONG_BYTES, 502"})
    void aBlobThatDoesNotBeginHasAStatus(UpstreamFailed.Kind kind, int status) throws Exception {
        hub.failure = FakeUpstream.failed(kind);

        assertThat(answer("GET", "/v2/alpine/blobs/" + blob).status()).isEqualTo(status);
        assertThat(answer("HEAD", "/v2/alpine/blobs/" + blob).status()).isEqualTo(status);
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "X"})
    void aWriteIsUnsupported(String method) throws Exception {
        Response response = answer(method, "/v2/alpine/manifests/latest");

        assertThat(response.status()).isEqualTo(405);
        assertThat(response.headers()).containsEntry("Allow", "GET, HEAD");
        assertThat(code(response)).isEqualTo("UNSUPPORTED");
        assertThat(hub.asked).isEmpty();
    }

    @Test
    void thereIsNoCatalog() throws Exception {
        Response response = answer("GET", "/v2/_catalog?n=100000000");

        assertThat(response.status()).isEqualTo(404);
        assertThat(code(response)).isEqualTo("UNSUPPORTED");
    }

    @Test
    void anErrorHasTheFormOfTheSpecification() throws Exception {
        JsonNode error = json(answer("GET", "/v2/A/manifests/b")).get("errors").get(0);

        assertThat(error.propertyNames()).containsExactly("code", "message", "detail");
        assertThat(error.get("detail").asString()).contains("'A'");
    }

    // The listener.

    @Test
    void everyAnswerIsHeardOnceItHasLeft() throws Exception {
        stored.add(blob, bytes);
        Response response = answer("GET", "/v2/alpine/blobs/" + blob, Map.of("Range", "bytes=0-9"));
        assertThat(answers).isEmpty();

        body(response);

        assertThat(answers).hasSize(1);
        PullListener.Answered heard = answers.getFirst();
        assertThat(heard.asking().kind()).isEqualTo(PullListener.Kind.BLOB);
        assertThat(heard.asking().repository()).hasToString("docker.io/library/alpine");
        assertThat(heard.asking().reference()).isEqualTo(blob.toString());
        assertThat(heard.outcome()).isEqualTo(Outcome.HIT);
        assertThat(heard.status()).isEqualTo(206);
        assertThat(heard.bytes()).isEqualTo(10);
        assertThat(heard.isComplete()).isTrue();
        assertThat(heard.timing().total()).isPositive();
        assertThat(heard.asking().requestId()).isEqualTo("r-1");
        assertThat(heard.answering().digest()).contains(blob);
    }

    @Test
    void everyKindOfAnswerIsHeard() throws Exception {
        for (String path :
                List.of(
                        "/v2/alpine/manifests/latest",
                        "/v2/alpine/blobs/" + blob,
                        "/v2/alpine/tags/list",
                        "/v2/alpine/referrers/" + blob)) {
            body(answer("GET", path));
        }
        assertThat(answers)
                .extracting(answer -> answer.asking().kind())
                .containsExactly(PullListener.Kind.values());
        assertThat(answers)
                .extracting(PullListener.Answered::status)
                .containsExactly(200, 200, 200, 404);
    }
}
