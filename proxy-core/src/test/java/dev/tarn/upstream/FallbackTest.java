package dev.tarn.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.tarn.oci.Accept;
import dev.tarn.oci.ByteRange;
import dev.tarn.oci.Digest;
import dev.tarn.oci.RegistryException;
import dev.tarn.oci.RegistryException.Malformed;
import dev.tarn.oci.RegistryException.Throttled;
import dev.tarn.oci.RegistryException.Unknown;
import dev.tarn.oci.RegistryException.UpstreamFailed;
import dev.tarn.oci.Tag;
import dev.tarn.pull.Source;
import java.time.Duration;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// One registry at several addresses, and what is remembered of how it answered.
@Timeout(60)
class FallbackTest {

    private static final String NAME = Strangers.APP.text();

    private final FakeRegistry first = FakeRegistry.start();
    private final FakeRegistry second = FakeRegistry.start();
    private final Strangers strangers = new Strangers();
    private final byte[] bytes = new byte[300_000];
    private final FakeImage image;
    private final Digest digest;

    FallbackTest() {
        new Random(1).nextBytes(bytes);
        image = first.addImage(NAME, "latest", 1, 10_000);
        second.addImage(NAME, "latest", 1, 10_000);
        digest = first.addBlob(NAME, bytes);
        second.addBlob(NAME, bytes);
    }

    @AfterEach
    void close() {
        strangers.close();
        first.close();
        second.close();
    }

    private static byte[] fetch(Source source, ByteRange range) throws InterruptedException {
        try (Source.Fetch fetch = source.fetch(range)) {
            return Strangers.readAll(fetch);
        }
    }

    private void assertServes(HttpUpstream upstream) throws InterruptedException {
        assertThat(Strangers.pull(upstream, "latest").digest()).isEqualTo(image.digest());
        assertThat(upstream.blobSize(Strangers.APP, digest)).isEqualTo(bytes.length);
        assertThat(fetch(upstream.source(Strangers.APP, digest), ByteRange.whole()))
                .isEqualTo(bytes);
    }

    @Test
    void theFirstIsAskedWhileItAnswers() throws InterruptedException {
        assertServes(strangers.upstream(first, second));
        assertThat(second.requests()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 429, 500, 503})
    void theNextIsAskedWhereItFails(int status) throws InterruptedException {
        first.inject(Fault.status(status));

        assertServes(strangers.upstream(first, second));
    }

    @Test
    void theNextIsAskedWhereItIsDown() throws InterruptedException {
        first.stop();

        assertServes(strangers.upstream(first, second));
    }

    @Test
    void theNextIsAskedAsWellWhereItIsSilent() throws InterruptedException {
        first.inject(Fault.hang());

        assertServes(strangers.upstream(first, second));
    }

    @Test
    void whoeverAnswersFirstIsTaken() throws InterruptedException {
        first.inject(Fault.latency(Duration.ofMillis(450)));
        second.inject(Fault.hang());

        assertServes(strangers.upstream(first, second));
    }

    @Test
    void whatTheFirstDoesNotHaveIsNotAskedOfOthers() {
        first.removeTag(NAME, "latest");

        assertThatExceptionOfType(Unknown.class)
                .isThrownBy(() -> Strangers.pull(strangers.upstream(first, second), "latest"));
        assertThat(second.requests()).isEmpty();
    }

    @Test
    void aNameThatTheFirstFindsBadIsNotAskedOfOthers() {
        first.inject(Fault.status(400, "NAME_INVALID"));
        HttpUpstream upstream = strangers.upstream(first, second);

        assertThatExceptionOfType(Malformed.class)
                .isThrownBy(() -> Strangers.pull(upstream, "latest"));
        assertThatExceptionOfType(Malformed.class)
                .isThrownBy(() -> fetch(upstream.source(Strangers.APP, digest), ByteRange.whole()));
        assertThat(first.requests()).hasSize(2);
        assertThat(second.requests()).isEmpty();
    }

    @Test
    void itsFailureIsToldWhereAllFail() {
        first.inject(Fault.status(500));
        second.removeTag(NAME, "latest");

        assertThatExceptionOfType(UpstreamFailed.class)
                .isThrownBy(() -> Strangers.pull(strangers.upstream(first, second), "latest"))
                .satisfies(e -> assertThat(e.kind()).isEqualTo(UpstreamFailed.Kind.BROKEN));
    }

    @Test
    void aBodyThatBrokeOffIsAskedForElsewhereNext() throws InterruptedException {
        first.inject(Fault.cutAfter(1_000));
        Source source = strangers.upstream(first, second).source(Strangers.APP, digest);

        assertThatExceptionOfType(UpstreamFailed.class)
                .isThrownBy(() -> fetch(source, ByteRange.whole()));
        assertThat(fetch(source, ByteRange.whole())).isEqualTo(bytes);
        assertThat(second.requests()).hasSize(1);
    }

    static Stream<Fault> deaths() {
        return Stream.of(Fault.hangUp(), Fault.resetAfter(100), Fault.status(500));
    }

    @ParameterizedTest
    @MethodSource("deaths")
    void aDeadRegistryIsAskedFiftyTimesAtMostInAThousandRequests(Fault death)
            throws InterruptedException {
        HttpUpstream upstream = strangers.upstream(first);
        first.inject(death);
        int failures = 0;
        for (int i = 0; i < 500; i++) {
            failures += fails(() -> Strangers.pull(upstream, "latest"));
            failures +=
                    fails(() -> fetch(upstream.source(Strangers.APP, digest), ByteRange.whole()));
        }
        assertThat(failures).isEqualTo(1_000);
        assertThat(first.requests()).hasSizeLessThanOrEqualTo(50);
    }

    private interface Question {
        Object ask() throws InterruptedException;
    }

    private static int fails(Question question) throws InterruptedException {
        try {
            var _ = question.ask();
            return 0;
        } catch (RegistryException e) {
            return 1;
        }
    }

    @Test
    void oneThatComesBackIsAskedAgain() throws InterruptedException {
        HttpUpstream upstream = strangers.upstream(first);
        first.inject(Fault.hangUp());
        for (int i = 0; i < 20; i++) {
            assertThat(fails(() -> Strangers.pull(upstream, "latest"))).isEqualTo(1);
        }
        first.heal();

        while (fails(() -> Strangers.pull(upstream, "latest")) == 1) {
            Thread.onSpinWait();
        }
    }

    @Test
    void whoWasToldToComeLaterDoesNotAskBefore() {
        HttpUpstream upstream = strangers.upstream(first);
        first.inject(1, Fault.throttled("100"), _ -> true);

        assertThatExceptionOfType(Throttled.class)
                .isThrownBy(() -> Strangers.pull(upstream, "latest"));
        assertThatExceptionOfType(Throttled.class)
                .isThrownBy(() -> Strangers.pull(upstream, "latest"))
                .satisfies(e ->
                        assertThat(e.retryAfter())
                                .isBetween(Duration.ofSeconds(90), Duration.ofSeconds(100)));
        assertThat(first.requests()).hasSize(1);
    }

    @Test
    void whoeverIsToldToComeSoonDoes() throws InterruptedException {
        first.inject(1, Fault.throttled("1"), _ -> true);

        assertThat(Strangers.pull(strangers.upstream(first), "latest").digest())
                .isEqualTo(image.digest());
        assertThat(first.requests()).hasSize(2);
    }

    @Test
    void whatIsNotThereIsNotAskedForAgainAtOnce() {
        HttpUpstream upstream = strangers.negativeTtl(Duration.ofMinutes(1)).upstream(first);
        Digest none = Digest.parse("sha256:" + "0".repeat(64));
        for (int i = 0; i < 3; i++) {
            assertThatExceptionOfType(Unknown.class)
                    .isThrownBy(() -> Strangers.pull(upstream, "none"));
            assertThatExceptionOfType(Unknown.class)
                    .isThrownBy(() ->
                            upstream.describeManifest(
                                    Strangers.APP, new Tag("none"), Accept.ANYTHING));
            assertThatExceptionOfType(Unknown.class)
                    .isThrownBy(
                            () -> upstream.source(Strangers.APP, none).fetch(ByteRange.whole()));
            assertThatExceptionOfType(Unknown.class)
                    .isThrownBy(() -> upstream.blobSize(Strangers.APP, none));
        }
        assertThat(first.requests()).hasSize(2);
    }

    @Test
    void withFewPullsLeftTagsAreLookedAtLessOften() throws InterruptedException {
        HttpUpstream upstream = strangers.upstream(first);
        assertThat(upstream.tagTtl()).isEqualTo(UpstreamConfig.TAG_TTL);

        first.inject(Fault.header("RateLimit-Remaining", "9;w=21600"));
        var _ = Strangers.pull(upstream, "latest");
        assertThat(upstream.tagTtl()).isEqualTo(UpstreamConfig.TAG_TTL.multipliedBy(10));

        first.heal();
        first.inject(Fault.header("RateLimit-Remaining", "10;w=21600"));
        var _ = upstream.describeManifest(Strangers.APP, new Tag("latest"), Accept.ANYTHING);
        assertThat(upstream.tagTtl()).isEqualTo(UpstreamConfig.TAG_TTL);
    }
}
