package dev.tarn.cli;

import static dev.tarn.upstream.FakeRequest.path;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tarn.oci.Digest;
import dev.tarn.oci.MediaType;
import dev.tarn.upstream.FakeRegistry;
import dev.tarn.upstream.FakeRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Bytes are kept once, whoever asked for them, but only whoever may read them at the upstream may
/// read them here (CVE-2024-39897). `secret` has them from the start; `other` does not.
@Timeout(60)
class CrossRepositoryTest {

    private static final byte[] MANIFEST =
            "{\"schemaVersion\":2,\"mediaType\":\"%s\",\"manifests\":[]}"
                    .formatted(MediaType.OCI_INDEX)
                    .getBytes(StandardCharsets.UTF_8);

    private final FakeRegistry registry = FakeRegistry.start();
    private final FakeRegistry elsewhere = FakeRegistry.start();
    private final byte[] blob = new byte[400_000];
    @TempDir private Path root = Path.of("");
    private MirrorFixture mirror;

    @BeforeEach
    void start() {
        new Random(5).nextBytes(blob);
        mirror =
                MirrorFixture.start(
                        root,
                        MirrorFixture.upstream("upstream.test", registry),
                        MirrorFixture.upstream("elsewhere.test", elsewhere));
    }

    @AfterEach
    void stop() {
        mirror.close();
        registry.close();
        elsewhere.close();
    }

    /// As a blob and as a manifest.
    private static String target(String name, Digest digest, boolean isBlob) {
        return "/v2/" + name + (isBlob ? "/blobs/" : "/manifests/") + digest;
    }

    private Digest hold(FakeRegistry holder, String name, boolean isBlob) {
        return isBlob
                ? holder.addBlob(name, blob)
                : holder.addManifest(name, MediaType.OCI_INDEX, MANIFEST);
    }

    private void assertRight(Answer answer, boolean isBlob) {
        assertThat(answer.status()).as(answer + answer.text()).isEqualTo(200);
        assertThat(answer.isComplete()).isTrue();
        assertThat(answer.body()).isEqualTo(isBlob ? blob : MANIFEST);
    }

    @ParameterizedTest(name = "a blob: {0}")
    @ValueSource(booleans = {true, false})
    void whatIsKnownUnderOneNameIsNotReadableUnderAnother(boolean isBlob) {
        Digest digest = hold(registry, "secret", isBlob);
        assertRight(mirror.client().get(target("secret", digest, isBlob)), isBlob);
        long sent = registry.bytesSent(digest);

        for (String name : List.of("other", "secret/too", "elsewhere.test/secret")) {
            String target = target(name, digest, isBlob);
            for (int i = 0; i < 2; i++) {
                assertThat(mirror.client().get(target).status()).isEqualTo(404);
                assertThat(mirror.client().head(target).status()).isEqualTo(404);
                assertThat(mirror.client().get(target, "Range", "bytes=0-0").status())
                        .isEqualTo(404);
                assertThat(
                                mirror.client()
                                        .get(target, "If-None-Match", "\"" + digest + "\"")
                                        .status())
                        .isEqualTo(404);
            }
        }
        assertThat(registry.bytesSent(digest)).isEqualTo(sent);
    }

    @ParameterizedTest(name = "a blob: {0}")
    @ValueSource(booleans = {true, false})
    void onceTheUpstreamConfirmsItCostsNoTransfer(boolean isBlob) {
        Digest digest = hold(registry, "secret", isBlob);
        assertRight(mirror.client().get(target("secret", digest, isBlob)), isBlob);
        assertThat(mirror.client().get(target("other", digest, isBlob)).status()).isEqualTo(404);
        hold(registry, "other", isBlob);
        hold(elsewhere, "else", isBlob);
        long sent = registry.bytesSent(digest);

        for (String name : List.of("other", "elsewhere.test/else")) {
            for (int i = 0; i < 3; i++) {
                assertRight(mirror.client().get(target(name, digest, isBlob)), isBlob);
            }
        }

        assertThat(registry.bytesSent(digest)).isEqualTo(sent);
        assertThat(elsewhere.bytesSent(digest)).isZero();
        assertThat(elsewhere.requests(path(digest.toString())))
                .extracting(FakeRequest::method)
                .containsExactly("HEAD");
    }

    @ParameterizedTest(name = "a blob: {0}")
    @ValueSource(booleans = {true, false})
    void whatWasConfirmedStaysSoAndNothingElseDoes(boolean isBlob) {
        Digest digest = hold(registry, "secret", isBlob);
        hold(registry, "other", isBlob);
        hold(registry, "third", isBlob);
        assertRight(mirror.client().get(target("secret", digest, isBlob)), isBlob);
        assertRight(mirror.client().get(target("other", digest, isBlob)), isBlob);

        registry.stop();
        mirror.restart();

        assertRight(mirror.client().get(target("secret", digest, isBlob)), isBlob);
        assertRight(mirror.client().get(target("other", digest, isBlob)), isBlob);
        assertThat(mirror.client().get(target("third", digest, isBlob)).status()).isEqualTo(502);
    }

    @Test
    void aDownloadForOneNameIsNotReadableUnderAnother() throws Exception {
        Digest digest = hold(registry, "secret", true);
        registry.limitRate(200_000);
        CompletableFuture<Answer> slow =
                CompletableFuture.supplyAsync(
                        () -> mirror.client().get(target("secret", digest, true)));
        await().until(() -> registry.bytesSent(digest) > 0);

        assertThat(mirror.client().get(target("other", digest, true)).status()).isEqualTo(404);
        assertThat(mirror.client().head(target("other", digest, true)).status()).isEqualTo(404);
        hold(registry, "other", true);
        CompletableFuture<Answer> joined =
                CompletableFuture.supplyAsync(
                        () -> mirror.client().get(target("other", digest, true)));
        await().until(() ->
                !registry.requests(FakeRequest.of("HEAD", target("other", digest, true)))
                        .isEmpty());
        assertThat(slow).isNotDone();
        registry.limitRate(Long.MAX_VALUE);

        assertRight(slow.get(30, TimeUnit.SECONDS), true);
        assertRight(joined.get(30, TimeUnit.SECONDS), true);
        assertThat(registry.bytesSent(digest)).isEqualTo(blob.length);
        assertThat(registry.requests(FakeRequest.of("GET", "/v2/other/blobs/"))).isEmpty();
    }

    @Test
    void aNameThatDoesNotHaveItDoesNotSpoilItForOneThatDoes() {
        Digest digest = hold(registry, "secret", true);

        assertThat(mirror.client().get(target("other", digest, true)).status()).isEqualTo(404);
        assertRight(mirror.client().get(target("secret", digest, true)), true);
        assertThat(mirror.client().get(target("other", digest, true)).status()).isEqualTo(404);
    }
}
