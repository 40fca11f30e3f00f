package dev.tarn.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.tarn.oci.Accept;
import dev.tarn.oci.Descriptor;
import dev.tarn.oci.Digest;
import dev.tarn.oci.ErrorCode;
import dev.tarn.oci.MediaType;
import dev.tarn.oci.RawManifest;
import dev.tarn.oci.RegistryException;
import dev.tarn.oci.RegistryException.Malformed;
import dev.tarn.oci.RegistryException.Refused;
import dev.tarn.oci.RegistryException.Throttled;
import dev.tarn.oci.RegistryException.Unknown;
import dev.tarn.oci.RegistryException.UpstreamFailed;
import dev.tarn.oci.RegistryException.UpstreamFailed.Kind;
import dev.tarn.oci.Tag;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ManifestFetchTest {
    private final FakeRegistry registry = FakeRegistry.start();
    private final Strangers strangers = new Strangers();
    private HttpUpstream upstream = strangers.upstream(registry);
    private final FakeImage image = registry.addImage("library/app", "latest", 1, 1_000);

    @AfterEach
    void close() {
        strangers.close();
        registry.close();
    }

    private static void assertFails(Kind kind, ThrowingCallable call) {
        assertThatExceptionOfType(UpstreamFailed.class)
                .isThrownBy(call)
                .satisfies(failure -> assertThat(failure.kind()).isEqualTo(kind));
    }

    private Optional<Descriptor> describe(String tag) throws InterruptedException {
        return upstream.describeManifest(Strangers.APP, new Tag(tag), Accept.ANYTHING);
    }

    @Test
    void fetchesByTagAndByDigest() throws InterruptedException {
        RawManifest byTag = Strangers.pull(upstream, "latest");
        RawManifest byDigest = Strangers.pull(upstream, image.digest().toString());

        assertThat(byTag.digest()).isEqualTo(image.digest()).isEqualTo(byDigest.digest());
        assertThat(byTag.descriptor()).isEqualTo(image.manifest());
        assertThat(registry.connections()).isEqualTo(1);
    }

    @Test
    void asksForWhatTheClientTakesButForADigestTakesAnything() throws InterruptedException {
        Accept accept = new Accept(List.of(MediaType.OCI_MANIFEST));

        upstream.fetchManifest(Strangers.APP, new Tag("latest"), accept);
        upstream.fetchManifest(Strangers.APP, image.digest(), accept);

        assertThat(registry.requests().get(0).header("Accept"))
                .contains("application/vnd.oci.image.manifest.v1+json");
        assertThat(registry.requests().get(1).header("Accept")).contains(Accept.ANYTHING.header());
        assertThat(registry.requests().get(0).header("Accept-Encoding")).contains("identity");
    }

    @Test
    void fetchesBySha512() throws InterruptedException {
        byte[] bytes = "{\"schemaVersion\":2}".getBytes(StandardCharsets.UTF_8);
        Digest digest =
                registry.addManifest(
                        "library/app", MediaType.OCI_INDEX, Digest.Algorithm.SHA512, bytes);

        assertThat(Strangers.pull(upstream, digest.toString()).digest()).isEqualTo(digest);
    }

    @Test
    void refusesOtherBytesThanTheDigestNames() {
        registry.inject(answer ->
                Fault.body("application/vnd.oci.image.manifest.v1+json", "{\"schemaVersion\":2}")
                        .spoil(answer));

        assertFails(Kind.WRONG_BYTES, () -> Strangers.pull(upstream, image.digest().toString()));
        assertFails(Kind.WRONG_BYTES, () -> Strangers.pull(upstream, "latest"));
    }

    @Test
    void refusesAByTagAnswerWhoseDigestHeaderLies() {
        registry.inject(Fault.digestHeader("sha256:" + "0".repeat(64)));

        assertFails(Kind.WRONG_BYTES, () -> Strangers.pull(upstream, "latest"));
    }

    @Test
    void refusesADigestHeaderThatIsNone() {
        registry.inject(Fault.digestHeader("sha256:xyz"));

        assertFails(Kind.BAD_ANSWER, () -> Strangers.pull(upstream, "latest"));
        assertFails(Kind.BAD_ANSWER, () -> describe("latest"));
    }

    @Test
    void needsNoDigestHeader() throws InterruptedException {
        registry.inject(Fault.withoutHeader("Docker-Content-Digest"));

        assertThat(Strangers.pull(upstream, "latest").digest()).isEqualTo(image.digest());
        assertThat(describe("latest")).isEmpty();
    }

    @Test
    void refusesHtml() {
        registry.inject(Fault.html());

        assertFails(Kind.BAD_ANSWER, () -> Strangers.pull(upstream, "latest"));
        assertFails(Kind.BAD_ANSWER, () -> Strangers.pull(upstream, image.digest().toString()));
    }

    @Test
    void refusesAnErrorDocumentThatClaimsSuccess() {
        registry.inject(
                Fault.body("application/json", "{\"errors\":[{\"code\":\"MANIFEST_UNKNOWN\"}]}")
                        .and(Fault.withoutHeader("Docker-Content-Digest")));

        assertFails(Kind.BAD_ANSWER, () -> Strangers.pull(upstream, "latest"));
    }

    @Test
    void takesAManifestOfFourMebibytesAndNotOneByteMore() throws InterruptedException {
        String head = "{\"schemaVersion\":2,\"x\":[\"";
        String fill = "y".repeat(1_000_000);
        String most = head + (fill + "\",\"").repeat(4);
        String whole = most + "z".repeat(RawManifest.SIZE_MAX - most.length() - 3) + "\"]}";
        byte[] bytes = whole.getBytes(StandardCharsets.UTF_8);
        byte[] longer = (whole + " ").getBytes(StandardCharsets.UTF_8);
        Digest fits = registry.addManifest("library/app", MediaType.OCI_MANIFEST, bytes);
        Digest tooLong = registry.addManifest("library/app", MediaType.OCI_MANIFEST, longer);

        assertThat(Strangers.pull(upstream, fits.toString()).size())
                .isEqualTo(RawManifest.SIZE_MAX);
        assertFails(Kind.BAD_ANSWER, () -> Strangers.pull(upstream, tooLong.toString()));
        registry.inject(Fault.chunked());
        assertFails(Kind.BAD_ANSWER, () -> Strangers.pull(upstream, tooLong.toString()));
    }

    @Test
    void refusesAnEncodedBody() {
        registry.inject(Fault.header("Content-Encoding", "gzip"));

        assertFails(Kind.BAD_ANSWER, () -> Strangers.pull(upstream, "latest"));
    }

    @Test
    void describesByHead() throws InterruptedException {
        assertThat(describe("latest")).contains(image.manifest());
        assertThat(describe("latest")).contains(image.manifest());
        assertThat(registry.requests(FakeRequest.of("HEAD", "/manifests/latest"))).hasSize(2);
        assertThat(registry.connections()).isEqualTo(1);
    }

    @Test
    void aHeadThatIsNotAllowedDescribesNothing() throws InterruptedException {
        registry.inject(Fault.status(405));

        assertThat(describe("latest")).isEmpty();
    }

    @Test
    void saysWhatIsUnknown() {
        assertThatExceptionOfType(Unknown.class)
                .isThrownBy(() -> Strangers.pull(upstream, "nightly"))
                .withMessageContaining("fake.example/library/app manifest nightly")
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.MANIFEST_UNKNOWN));
        registry.inject(Fault.status(404, "NAME_UNKNOWN"));
        assertThatExceptionOfType(Unknown.class)
                .isThrownBy(() -> Strangers.pull(upstream, "nightly"))
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.NAME_UNKNOWN));
        assertThatExceptionOfType(Unknown.class).isThrownBy(() -> describe("latest"));
    }

    @ParameterizedTest
    @ValueSource(ints = {410, 451})
    void whatIsGoneOrTakenDownIsUnknown(int status) {
        registry.inject(Fault.status(status));

        assertThatExceptionOfType(Unknown.class)
                .isThrownBy(() -> Strangers.pull(upstream, "latest"))
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.MANIFEST_UNKNOWN));
        assertThatExceptionOfType(Unknown.class).isThrownBy(() -> describe("latest"));
        assertThatExceptionOfType(Unknown.class)
                .isThrownBy(() -> upstream.blobSize(Strangers.APP, image.digest()))
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.BLOB_UNKNOWN));
    }

    @ParameterizedTest
    @EnumSource(
            value = ErrorCode.class,
            names = {"DIGEST_INVALID", "NAME_INVALID", "PAGINATION_NUMBER_INVALID", "TAG_INVALID"})
    void aNameThatTheRegistryFindsBadIsTheClientsDoing(ErrorCode code) {
        registry.inject(Fault.status(400, code.name()));

        assertThatExceptionOfType(Malformed.class)
                .isThrownBy(() -> Strangers.pull(upstream, "latest"))
                .withMessageContaining("127.0.0.1 answered 400")
                .satisfies(e -> assertThat(e.code()).isEqualTo(code));
        assertThat(registry.requests()).hasSize(1);
    }

    @Test
    void aBadNameIsOneByAnswer400Only() {
        registry.inject(Fault.status(406, "NAME_INVALID"));
        assertFails(Kind.BAD_ANSWER, () -> Strangers.pull(upstream, "latest"));

        registry.inject(Fault.status(400, "MANIFEST_INVALID"));
        assertFails(Kind.BAD_ANSWER, () -> Strangers.pull(upstream, "latest"));
    }

    @Test
    void tellsRefusalsApart() {
        registry.inject(1, Fault.status(401), _ -> true);
        assertThatExceptionOfType(Refused.class)
                .isThrownBy(() -> Strangers.pull(upstream, "latest"))
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAUTHORIZED));
        registry.inject(1, Fault.status(403, "DENIED"), _ -> true);
        assertThatExceptionOfType(Refused.class)
                .isThrownBy(() -> describe("latest"))
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.DENIED));
    }

    @Test
    void obeysRetryAfter() {
        registry.inject(Fault.throttled("17"));

        assertThatExceptionOfType(Throttled.class)
                .isThrownBy(() -> Strangers.pull(upstream, "latest"))
                .satisfies(e -> assertThat(e.retryAfter()).isEqualTo(Duration.ofSeconds(17)));
    }

    @ParameterizedTest
    @ValueSource(ints = {204, 300, 304, 400, 406})
    void otherStatusesAreBadAnswers(int status) {
        registry.inject(Fault.status(status));

        assertFails(Kind.BAD_ANSWER, () -> Strangers.pull(upstream, "latest"));
        assertThat(registry.requests()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {500, 502, 503, 504})
    void whoSaysThatHeDoesNotWorkIsAskedOnceMore(int status) throws InterruptedException {
        registry.inject(1, Fault.status(status), _ -> true);
        assertThat(Strangers.pull(upstream, "latest").digest()).isEqualTo(image.digest());

        registry.inject(Fault.status(status));
        assertFails(Kind.BROKEN, () -> Strangers.pull(upstream, "latest"));
        assertThat(registry.requests()).hasSize(4);
    }

    @Test
    void quotesTheUpstreamInOneSafeLine() {
        registry.inject(
                Fault.status(500)
                        .and(
                                Fault.body(
                                        "text/plain",
                                        "no\r\nway\u001b[0m, see https://x/?sig=1 "
                                                + "y".repeat(500))));

        assertThatExceptionOfType(RegistryException.class)
                .isThrownBy(() -> Strangers.pull(upstream, "latest"))
                .withMessageContaining("127.0.0.1 answered 500: no way [0m, see https://x/?… yyy")
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(400));
    }

    @Test
    void readsNoMoreThanSixtyFourKibibytesOfAnError() {
        registry.inject(
                Fault.status(500)
                        .and(Fault.body("text/plain", "y".repeat(10_000_000)))
                        .and(Fault.chunked()));

        assertFails(Kind.BROKEN, () -> Strangers.pull(upstream, "latest"));
        assertThat(registry.bytesSent() / registry.requests().size()).isLessThan(9_000_000);
    }

    @Test
    void isSilentOrCutOffOrUnreachable() {
        registry.inject(1, Fault.hang(), _ -> true);
        assertFails(Kind.SILENT, () -> Strangers.pull(upstream, "latest"));
        registry.inject(1, Fault.stallAfter(5), _ -> true);
        assertFails(Kind.SILENT, () -> Strangers.pull(upstream, "latest"));
        registry.inject(2, Fault.cutAfter(5), _ -> true);
        assertFails(Kind.CUT_OFF, () -> Strangers.pull(upstream, "latest"));
        upstream = strangers.upstream(registry); // the other has had enough by now
        registry.inject(2, Fault.hangUp(), _ -> true);
        assertFails(Kind.CUT_OFF, () -> Strangers.pull(upstream, "latest"));
        registry.stop();
        assertFails(Kind.UNREACHABLE, () -> Strangers.pull(upstream, "latest"));
    }

    @Test
    void aBodyThatComesByDropsIsNotWaitedForToTheEnd() {
        registry.inject(
                Fault.body("application/json", "{}" + " ".repeat(1_000)).and(Fault.rate(20)));

        assertFails(Kind.SILENT, () -> Strangers.pull(upstream, "latest"));
    }

    @Test
    void informationalAnswersAreNotTheAnswer() throws InterruptedException {
        registry.inject(Fault.informational(3));

        assertThat(describe("latest")).contains(image.manifest());
        assertThat(Strangers.pull(upstream, "latest").digest()).isEqualTo(image.digest());
        assertThat(describe("latest")).contains(image.manifest());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "not http at all\r\n\r\n",
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
                "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nx",
                "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nx",
                "HTTP/1.1 200 OK\r\nContent-Type: nonsense\r\nContent-Length: 2\r\n\r\n{}",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"
            })
    void refusesWhatIsNoHttp(String raw) {
        registry.inject(Fault.raw(raw));

        assertFails(Kind.BAD_ANSWER, () -> Strangers.pull(upstream, "latest"));
    }

    @Test
    void refusesAHeadThatIsTooLong() {
        registry.inject(1, Fault.header("X", "y".repeat(33 << 10)), _ -> true);
        assertFails(Kind.BAD_ANSWER, () -> Strangers.pull(upstream, "latest"));
        registry.inject(
                1, Fault.raw("HTTP/1.1 200 " + "y".repeat(9 << 10) + "\r\n\r\n"), _ -> true);
        assertFails(Kind.BAD_ANSWER, () -> Strangers.pull(upstream, "latest"));
    }
}
