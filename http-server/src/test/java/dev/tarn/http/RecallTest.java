package dev.tarn.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.oci.ErrorCode;
import dev.tarn.oci.Repository;
import dev.tarn.pull.Outcome;
import java.io.IOException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What is at hand is the same as what is found the long way.
final class RecallTest extends RegistryHandlerFixture {

    record Asking(String method, String path, Map<String, String> headers) {}

    static Stream<Asking> askings() {
        List<String> paths =
                List.of(
                        "/v2/",
                        "/v2/?ns=docker.io",
                        "/v2/alpine/manifests/latest",
                        "/v2/alpine/manifests/latest?ns=docker.io",
                        "/v2/alpine/manifests/MANIFEST",
                        "/v2/alpine/blobs/BLOB",
                        "/v2/docker.io/library/alpine/blobs/BLOB",
                        "/v2/alpine/blobs/EMPTY");
        List<Map<String, String>> headers =
                List.of(
                        Map.of(),
                        Map.of("Range", "bytes=10-19"),
                        Map.of("Range", "bytes=-5"),
                        Map.of("Range", "bytes=5000-"),
                        Map.of("If-None-Match", "*"),
                        Map.of("If-Range", "\"x\"", "Range", "bytes=10-19"),
                        Map.of("Accept", "application/vnd.oci.image.index.v1+json"));
        return Stream.of("GET", "HEAD")
                .flatMap(method ->
                        paths.stream()
                                .flatMap(path ->
                                        headers.stream()
                                                .map(lines -> new Asking(method, path, lines))));
    }

    private Question question(Asking asking) {
        String path =
                asking.path()
                        .replace("MANIFEST", manifest.digest().toString())
                        .replace("BLOB", blob.toString())
                        .replace("EMPTY", NOTHING.toString());
        Map<String, List<String>> lists = new LinkedHashMap<>();
        asking.headers().forEach((name, value) -> lists.put(name, List.of(value)));
        return understand(Request.of(asking.method(), path, lists));
    }

    /// Everything is stored, linked and fresh.
    private void warm(Asking asking) throws InterruptedException, IOException {
        body(question(new Asking("GET", asking.path(), Map.of())).answer());
        body(question(new Asking("GET", asking.path(), asking.headers())).answer());
        stored.add(blob, bytes);
        stored.add(NOTHING, new byte[0]);
        manifests.link(new Repository(hub.host(), ALPINE), blob);
        manifests.link(new Repository(hub.host(), ALPINE), NOTHING);
    }

    @ParameterizedTest
    @MethodSource("askings")
    void whatIsAtHandIsWhatTheLongWayFinds(Asking asking) throws Exception {
        warm(asking);
        Question question = question(asking);
        for (int i = 0; i < 3; i++) {
            answers.clear();
            Response recalled = question.recall().orElseThrow();
            byte[] recalledBody = body(recalled);
            Response found = question(asking).answer();

            assertThat(recalled.status()).isEqualTo(found.status());
            assertThat(recalled.headers()).isEqualTo(found.headers());
            assertThat(recalledBody).isEqualTo(body(found));
            if (!asking.path().startsWith("/v2/?") && !asking.path().equals("/v2/")) {
                assertThat(answers.getFirst().outcome()).isEqualTo(answers.getLast().outcome());
                assertThat(answers.getFirst().bytes()).isEqualTo(recalledBody.length);
            }
        }
    }

    @Test
    void whatIsNotHereIsNotAtHand() {
        for (String path : List.of("/v2/alpine/manifests/latest", "/v2/alpine/blobs/BLOB")) {
            assertThat(question(new Asking("GET", path, Map.of())).recall()).isEmpty();
        }
    }

    @Test
    void whatWasNotConfirmedForThisRepositoryIsNotAtHand() throws Exception {
        warm(new Asking("GET", "/v2/alpine/manifests/latest", Map.of()));

        assertThat(question(new Asking("GET", "/v2/other/blobs/BLOB", Map.of())).recall())
                .isEmpty();
        assertThat(question(new Asking("GET", "/v2/other/manifests/MANIFEST", Map.of())).recall())
                .isEmpty();
    }

    @Test
    void aTagSaysHowLongAgoItWasConfirmed() throws Exception {
        Question question = question(new Asking("GET", "/v2/alpine/manifests/latest", Map.of()));
        Response fetched = question.answer();
        assertThat(fetched.headers()).doesNotContainKey("Age");
        body(fetched);
        for (int seconds : List.of(0, 1, 7)) {
            now = Instant.EPOCH.plusSeconds(seconds);
            assertThat(question.recall().orElseThrow().headers())
                    .containsEntry("Age", String.valueOf(seconds));
        }
    }

    @Test
    void aTagPastItsTimeIsNotAtHand() throws Exception {
        Question question = question(new Asking("GET", "/v2/alpine/manifests/latest", Map.of()));
        body(question.answer());
        assertThat(question.recall()).isPresent();

        now = now.plus(hub.tagTtl());

        assertThat(question.recall()).isEmpty();
        body(question.answer());
        assertThat(answers.getLast().outcome()).isEqualTo(Outcome.REVALIDATED);
        assertThat(question.recall()).isPresent();
    }

    @Test
    void aTagThatMovedHasTheHeadOfItsNewManifest() throws Exception {
        Question question = question(new Asking("GET", "/v2/alpine/manifests/latest", Map.of()));
        body(question.answer());
        String before = etag(question);

        hub.addManifest(ALPINE, "latest", moved);
        now = now.plus(hub.tagTtl());
        body(question.answer());

        assertThat(etag(question)).isEqualTo("\"" + moved.digest() + "\"").isNotEqualTo(before);
    }

    private static String etag(Question question) {
        Optional<Response> recalled = question.recall();
        return String.valueOf(recalled.orElseThrow().headers().get("ETag"));
    }

    @Test
    void whatIsRefusedIsRefusedAtOnce() throws Exception {
        Question question = question(new Asking("GET", "/v2/UPPER/manifests/x", Map.of()));

        assertThat(code(question.recall().orElseThrow())).isEqualTo(ErrorCode.NAME_INVALID.name());
    }
}
