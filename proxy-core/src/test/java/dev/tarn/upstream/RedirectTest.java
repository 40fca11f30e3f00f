package dev.tarn.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.tarn.oci.ByteRange;
import dev.tarn.oci.Digest;
import dev.tarn.oci.RegistryException;
import dev.tarn.oci.RegistryException.UpstreamFailed;
import dev.tarn.pull.Source;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RedirectTest {
    private static final String SIGNATURE = "X-Signature=do-not-tell";

    private final FakeRegistry registry = FakeRegistry.start();
    private final FakeRegistry cdn = FakeRegistry.startOn("127.0.0.2");
    private final Strangers strangers = new Strangers();
    private final byte[] bytes = Strangers.bytes(100_000);
    private final Digest digest = registry.addBlob("library/app", bytes);

    @AfterEach
    void close() {
        strangers.close();
        cdn.close();
        registry.close();
    }

    private String atCdn() {
        cdn.addBlob("library/app", bytes);
        return cdn.uri() + "/v2/library/app/blobs/" + digest + "?" + SIGNATURE;
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 303, 307, 308})
    void followsToACdnWithoutCredentials(int status) throws InterruptedException {
        registry.require(FakeAuth.basic(Strangers.USERNAME, Strangers.PASSWORD));
        registry.inject(
                answer -> {
                    if (answer.status != 401) {
                        Fault.redirect(status, atCdn()).spoil(answer);
                    }
                },
                FakeRequest.path("/blobs/"));

        assertThat(Strangers.pullBlob(strangers.credentials().upstream(registry), digest))
                .isEqualTo(bytes);
        assertThat(cdn.requests()).hasSize(1);
        assertThat(cdn.requests().getFirst().header("Authorization")).isEmpty();
        assertThat(cdn.requests().getFirst().header("Host")).contains("127.0.0.2:" + cdn.port());
        assertThat(cdn.requests().getFirst().header("Range")).contains("bytes=0-");
        assertThat(registry.bytesSent(digest)).isZero();
    }

    @Test
    void followsWithinTheRegistryWithCredentials() throws InterruptedException {
        registry.require(FakeAuth.basic(Strangers.USERNAME, Strangers.PASSWORD));
        Digest other = registry.addBlob("b", bytes);
        registry.inject(
                answer -> {
                    if (answer.status != 401) {
                        Fault.redirect("/v2/b/blobs/" + other).spoil(answer);
                    }
                },
                FakeRequest.path("/library/app/"));

        assertThat(Strangers.pullBlob(strangers.credentials().upstream(registry), digest))
                .isEqualTo(bytes);
        assertThat(registry.requests().getLast().header("Authorization")).isPresent();
    }

    @Test
    void asksTheCdnAgainForTheNextPart() throws InterruptedException {
        registry.inject(Fault.redirect(atCdn()));
        Source source = strangers.upstream(registry).source(Strangers.APP, digest);

        for (long i = 0; i < 5; i++) {
            try (Source.Fetch fetch = source.fetch(new ByteRange.Between(i * 10, i * 10 + 10))) {
                Strangers.readAll(fetch);
            }
        }

        assertThat(registry.requests()).hasSize(1);
        assertThat(cdn.requests()).hasSize(5);
    }

    @Test
    void asksTheCdnForSeveralPartsAtOnce() throws InterruptedException {
        registry.inject(Fault.redirect(atCdn()));
        Source source = strangers.upstream(registry).source(Strangers.APP, digest);
        source.fetch(new ByteRange.Between(0, 10)).close();
        cdn.inject(1, Fault.hang(), _ -> true);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> silent = threads.submit(() -> source.fetch(ByteRange.whole()));
            Awaitility.await().until(() -> cdn.requests().size() == 2);

            source.fetch(new ByteRange.Between(10, 20)).close();

            assertThat(registry.requests()).hasSize(1);
            assertThat(silent).failsWithin(Duration.ofSeconds(10));
        }
    }

    @Test
    void aRedirectWhoseBodyBreaksOffIsFollowed() throws InterruptedException {
        registry.inject(
                Fault.redirect(atCdn())
                        .and(answer -> answer.replace(new byte[10]))
                        .and(Fault.cutAfter(2)));

        assertThat(Strangers.pullBlob(strangers.upstream(registry), digest)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 401, 403, 404, 410, 429})
    void goesBackToTheRegistryWhenTheAddressIsNoLongerGood(int status) throws InterruptedException {
        registry.inject(1, Fault.redirect(atCdn()), _ -> true);
        Source source = strangers.upstream(registry).source(Strangers.APP, digest);
        try (Source.Fetch fetch = source.fetch(new ByteRange.Between(0, 10))) {
            Strangers.readAll(fetch);
        }
        cdn.inject(Fault.status(status));

        try (Source.Fetch fetch = source.fetch(ByteRange.whole())) {
            assertThat(Strangers.readAll(fetch)).isEqualTo(bytes);
        }
        assertThat(registry.requests()).hasSize(2);
    }

    @Test
    void goesBackToTheRegistryAfterTheCdnWasGone() throws InterruptedException {
        registry.inject(1, Fault.redirect(atCdn()), _ -> true);
        Source source = strangers.upstream(registry).source(Strangers.APP, digest);
        try (Source.Fetch fetch = source.fetch(new ByteRange.Between(0, 10))) {
            Strangers.readAll(fetch);
        }
        cdn.stop();

        assertThatExceptionOfType(UpstreamFailed.class)
                .isThrownBy(() -> source.fetch(ByteRange.whole()));
        try (Source.Fetch fetch = source.fetch(ByteRange.whole())) {
            assertThat(Strangers.readAll(fetch)).isEqualTo(bytes);
        }
    }

    @Test
    void errorsOfACdnTellNothingOfTheAddress() {
        registry.inject(Fault.redirect(atCdn()));
        cdn.inject(Fault.status(403).and(Fault.body("text/xml", "<StringToSign>" + SIGNATURE)));

        assertThatExceptionOfType(RegistryException.class)
                .isThrownBy(() -> Strangers.pullBlob(strangers.upstream(registry), digest))
                .satisfies(e ->
                        assertThat(e.getMessage()).contains("403").doesNotContain("do-not-tell"));
        cdn.heal();
        cdn.inject(Fault.cutAfter(5));
        assertThatExceptionOfType(RegistryException.class)
                .isThrownBy(() -> Strangers.pullBlob(strangers.upstream(registry), digest))
                .satisfies(e -> assertThat(e).hasStackTraceContaining("127.0.0.2"))
                .satisfies(e ->
                        assertThat(stackTrace(e)).doesNotContain("do-not-tell", "X-Signature"));
    }

    private static String stackTrace(Throwable failure) {
        StringWriter text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text));
        return text.toString();
    }

    @Test
    void aHeadThatTheCdnRefusesIsAskedByGet() throws InterruptedException {
        registry.inject(Fault.redirect(atCdn()));
        cdn.inject(Fault.status(403), FakeRequest.of("HEAD", ""));

        assertThat(strangers.upstream(registry).blobSize(Strangers.APP, digest))
                .isEqualTo(bytes.length);
        assertThat(cdn.bytesSent()).isEqualTo(1);
    }

    @Test
    void followsFiveTimesAndNoMore() throws InterruptedException {
        String path = "/v2/library/app/blobs/" + digest;
        registry.inject(5, Fault.redirect(path), _ -> true);
        assertThat(Strangers.pullBlob(strangers.upstream(registry), digest)).isEqualTo(bytes);
        assertThat(registry.requests()).hasSize(6);

        registry.inject(6, Fault.redirect(path), _ -> true);
        assertThatExceptionOfType(UpstreamFailed.class)
                .isThrownBy(() -> Strangers.pullBlob(strangers.upstream(registry), digest))
                .withMessageContaining("more than 5 times");
        assertThat(registry.requests()).hasSize(12);
    }

    @Test
    void manifestsMayBeRedirectedToo() throws InterruptedException {
        FakeImage image = cdn.addImage("library/app", "latest", 1, 10);
        registry.inject(Fault.redirect(cdn.uri() + "/v2/library/app/manifests/latest"));

        assertThat(Strangers.pull(strangers.upstream(registry), "latest").digest())
                .isEqualTo(image.digest());
    }
}
