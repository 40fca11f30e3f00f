package dev.tarn.cli;

import static dev.tarn.upstream.FakeRequest.path;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tarn.oci.Descriptor;
import dev.tarn.oci.Digest;
import dev.tarn.upstream.FakeImage;
import dev.tarn.upstream.FakeRegistry;
import dev.tarn.upstream.FakeRequest;
import dev.tarn.upstream.Fault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What a tag means while its upstream is well, moves the tag, is silent, refuses, or is gone. The
/// tags of `app` are stale at once; those of `fresh.test/app` are fresh for a minute.
@Timeout(60)
class TagFreshnessTest {

    private static final String TAG = "/v2/app/manifests/v1";
    private static final String FRESH_TAG = "/v2/fresh.test/app/manifests/v1";

    private final FakeRegistry registry = FakeRegistry.start();
    private final FakeImage image = registry.addImage("app", "v1", 1, 300_000, 1_000);
    @TempDir private Path root = Path.of("");
    private MirrorFixture mirror;

    @BeforeEach
    void start() {
        mirror =
                MirrorFixture.start(
                        root,
                        MirrorFixture.staleUpstream("stale.test", registry),
                        MirrorFixture.upstream("fresh.test", registry));
    }

    @AfterEach
    void stop() {
        mirror.close();
        registry.close();
    }

    private int asked(String method) {
        return registry.requests(FakeRequest.of(method, "/manifests/")).size();
    }

    private static void assertIs(Answer answer, FakeImage expected) {
        assertThat(answer.status()).as(answer + answer.text()).isEqualTo(200);
        assertThat(answer.isComplete()).as(answer.toString()).isTrue();
        assertThat(answer.header("Docker-Content-Digest")).contains(expected.digest().toString());
        assertThat(answer.header("Content-Length")).contains("" + expected.manifest().size());
    }

    private static void assertSaysStale(Answer answer) {
        assertThat(answer.header("Warning").orElse("")).matches("299 - \"[^\"]+\"");
        assertThat(answer.header("X-Cache")).contains("stale");
    }

    /// Everything that a client needs of the image.
    private void assertPulls(FakeImage expected) {
        assertIs(mirror.client().get(TAG), expected);
        assertIs(mirror.client().get("/v2/app/manifests/" + expected.digest()), expected);
        for (Descriptor blob : expected.blobs()) {
            Answer answer = mirror.client().get("/v2/app/blobs/" + blob.digest());
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.isComplete()).isTrue();
            assertThat(Digest.of(blob.digest().algorithm(), answer.body()))
                    .isEqualTo(blob.digest());
        }
    }

    @Test
    void aFreshTagAsksNobody() {
        assertIs(mirror.client().get(FRESH_TAG), image);
        int asked = registry.requests(path("/manifests/")).size();

        assertIs(mirror.client().get(FRESH_TAG), image);
        assertIs(mirror.client().head(FRESH_TAG), image);

        assertThat(registry.requests(path("/manifests/"))).hasSize(asked);
    }

    @Test
    void aStaleTagIsAskedForByHeadAlone() {
        assertIs(mirror.client().get(TAG), image);
        assertThat(asked("GET")).isEqualTo(1);
        assertThat(asked("HEAD")).isZero();

        Answer again = mirror.client().get(TAG);

        assertIs(again, image);
        assertThat(again.header("X-Cache")).contains("revalidated");
        assertThat(again.header("Warning")).isEmpty();
        assertThat(asked("GET")).isEqualTo(1);
        assertThat(asked("HEAD")).isEqualTo(1);
    }

    @Test
    void aTagThatMovedIsFetched() {
        assertIs(mirror.client().get(TAG), image);
        FakeImage moved = registry.addImage("app", "v1", 2, 2_000);

        assertIs(mirror.client().head(TAG), moved);
        assertIs(mirror.client().get(TAG), moved);
        registry.stop();
        assertIs(mirror.client().get(TAG), moved);
    }

    @Test
    void aDigestIsNeverAskedForAgain() {
        assertPulls(image);
        registry.stop();
        int asked = registry.requests().size();

        Answer answer = mirror.client().get("/v2/app/manifests/" + image.digest());

        assertIs(answer, image);
        assertThat(answer.header("Warning")).isEmpty();
        assertThat(registry.requests()).hasSize(asked);
    }

    @ParameterizedTest(name = "{0} of a tag whose upstream hangs")
    @ValueSource(strings = {"GET", "HEAD"})
    void anUpstreamThatHangsIsWaitedForTwoSeconds(String method) {
        assertIs(mirror.client().get(TAG), image);
        registry.inject(Fault.hang());

        Answer answer = mirror.client().send(method, TAG);

        assertIs(answer, image);
        assertSaysStale(answer);
        assertThat(answer.duration()).isBetween(Duration.ofMillis(1_500), Duration.ofMillis(2_500));
    }

    @Test
    void anUpstreamThatAcceptsNoWordIsWaitedForTwoSecondsToo() {
        assertIs(mirror.client().get(TAG), image);
        registry.dropConnections();
        registry.inject(Fault.hang());

        Answer answer = mirror.client().get(TAG);

        assertIs(answer, image);
        assertThat(answer.duration()).isLessThan(Duration.ofMillis(2_500));
    }

    static Stream<Arguments> troubles() {
        return Stream.of("GET", "HEAD")
                .flatMap(method ->
                        Stream.of(
                                Arguments.of(method, "500", Fault.status(500)),
                                Arguments.of(method, "502", Fault.status(502)),
                                Arguments.of(method, "503", Fault.status(503)),
                                Arguments.of(method, "a connection cut", Fault.hangUp()),
                                Arguments.of(
                                        method, "nonsense", Fault.raw("SSH-2.0-OpenSSH\r\n\r\n"))));
    }

    @ParameterizedTest(name = "{0} of a tag whose upstream answers {1}")
    @MethodSource("troubles")
    void anUpstreamInTroubleIsAnsweredForAtOnce(String method, String trouble, Fault fault) {
        assertIs(mirror.client().get(TAG), image);
        registry.inject(fault);

        Answer answer = mirror.client().send(method, TAG);

        assertIs(answer, image);
        assertSaysStale(answer);
        assertThat(answer.duration()).as(trouble).isLessThan(Duration.ofSeconds(1));

        registry.heal();
        FakeImage moved = registry.addImage("app", "v1", 2, 2_000);
        Answer healed = mirror.client().get(TAG);
        assertIs(healed, moved);
        assertThat(healed.header("Warning")).isEmpty();
    }

    @ParameterizedTest(name = "{0} of a tag whose upstream throttles")
    @ValueSource(strings = {"GET", "HEAD"})
    void anUpstreamThatThrottlesIsAnsweredForAndLeftAloneAsLongAsItWants(String method) {
        assertIs(mirror.client().get(TAG), image);
        registry.inject(Fault.throttled("4"));
        assertSaysStale(mirror.client().send(method, TAG));
        registry.heal();
        FakeImage moved = registry.addImage("app", "v1", 2, 2_000);
        int asked = registry.requests(path("/manifests/")).size();

        Answer early = mirror.client().send(method, TAG);

        assertIs(early, image);
        assertSaysStale(early);
        assertThat(registry.requests(path("/manifests/"))).hasSize(asked);
        await().until(() -> mirror.client().get(TAG).header("Warning").isEmpty());
        assertIs(mirror.client().get(TAG), moved);
    }

    @ParameterizedTest(name = "{0} of a tag whose upstream refuses connections")
    @ValueSource(strings = {"GET", "HEAD"})
    void anUpstreamThatIsGoneIsAnsweredForAtOnce(String method) {
        assertIs(mirror.client().get(TAG), image);
        registry.stop();

        Answer answer = mirror.client().send(method, TAG);

        assertIs(answer, image);
        assertSaysStale(answer);
        assertThat(answer.duration()).isLessThan(Duration.ofSeconds(1));
    }

    @ParameterizedTest(name = "{0} of a known tag: the upstream''s {1} is passed on")
    @CsvSource({
        "GET, 401, UNAUTHORIZED",
        "GET, 403, DENIED",
        "GET, 404, MANIFEST_UNKNOWN",
        "HEAD, 401, UNAUTHORIZED",
        "HEAD, 403, DENIED",
        "HEAD, 404, MANIFEST_UNKNOWN"
    })
    void aRefusalIsPassedOn(String method, int status, String code) {
        assertIs(mirror.client().get(TAG), image);
        registry.inject(Fault.status(status, code));

        Answer answer = mirror.client().send(method, TAG);

        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.isComplete()).isTrue();
        assertThat(answer.header("WWW-Authenticate")).isEmpty();
        if (method.equals("GET")) {
            assertThat(answer.text()).contains("\"code\":\"" + code + "\"");
        }
    }

    @ParameterizedTest(name = "{0} through an upstream that throttles")
    @ValueSource(
            strings = {
                "/v2/app/manifests/v1",
                "/v2/app/manifests/sha256:5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e",
                "/v2/app/blobs/sha256:5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e",
                "/v2/app/tags/list"
            })
    void nobodyEverSees429(String target) {
        registry.inject(Fault.throttled("17"));

        Answer answer = mirror.client().get(target);

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.header("Retry-After")).contains("17");
        assertThat(answer.text()).contains("\"code\":\"TOOMANYREQUESTS\"");
        assertThat(mirror.client().head(target).status()).isEqualTo(503);
    }

    @Test
    void aMirrorWhoseUpstreamIsDeadStartsAndServesOnceItLives() {
        registry.stop();
        mirror.restart();

        assertThat(mirror.client().get("/v2/").status()).isEqualTo(200);
        Answer dead = mirror.client().get(TAG);
        assertThat(dead.status()).isEqualTo(502);
        assertThat(dead.text()).contains("\"code\":\"UNAVAILABLE\"");

        registry.restart();
        assertPulls(image);
    }

    @Test
    void afterARestartEverythingIsServedWithoutTheUpstream() {
        assertPulls(image);
        registry.stop();
        int asked = registry.requests().size();
        mirror.restart();

        assertPulls(image);
        assertSaysStale(mirror.client().get(TAG));
        assertSaysStale(mirror.client().head(TAG));
        assertThat(registry.requests()).hasSize(asked);
    }

    @Test
    void aManifestThatNobodyHasIsNotInvented() {
        registry.stop();

        assertThat(mirror.client().get("/v2/app/manifests/v9").status()).isEqualTo(502);
        assertThat(mirror.client().head("/v2/app/manifests/v9").status()).isEqualTo(502);
    }
}
