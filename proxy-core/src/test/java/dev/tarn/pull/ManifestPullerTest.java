package dev.tarn.pull;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.tarn.oci.Accept;
import dev.tarn.oci.Digest;
import dev.tarn.oci.ErrorCode;
import dev.tarn.oci.MediaType;
import dev.tarn.oci.RawManifest;
import dev.tarn.oci.Reference;
import dev.tarn.oci.RegistryException;
import dev.tarn.oci.RegistryException.Refused;
import dev.tarn.oci.RegistryException.Throttled;
import dev.tarn.oci.RegistryException.Unknown;
import dev.tarn.oci.RegistryException.UpstreamFailed;
import dev.tarn.oci.Tag;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(20)
class ManifestPullerTest {

    private static final Tag LATEST = new Tag("latest");

    private final ScriptedUpstream upstream = new ScriptedUpstream("registry.test");
    private final Target target = upstream.target("a/one");
    private final InMemoryBlobStore blobStore = new InMemoryBlobStore();
    private final InMemoryManifestStore store = new InMemoryManifestStore();
    private final BlobPuller blobs =
            new BlobPuller(blobStore, store, DownloadConfig.DEFAULT, PullListener.NOBODY);
    private final ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor();
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private final ManifestPuller puller = new ManifestPuller(store, blobs, () -> now);

    private final Digest config = upstream.addBlob("a/one", ScriptedUpstream.randomBytes(500, 1));
    private final Digest layer = upstream.addBlob("a/one", ScriptedUpstream.randomBytes(9_000, 2));
    private final RawManifest image = addImage("one");

    @AfterEach
    void stop() {
        blobs.close();
        clients.shutdownNow();
    }

    @Test
    void aManifestByDigestIsFetchedOnceForEver() throws Exception {
        assertThat(pull(image.digest()).outcome()).isEqualTo(Outcome.MISS);
        upstream.failure = down();
        now = now.plus(Duration.ofDays(400));
        ManifestPull again = pull(image.digest());
        assertThat(again.outcome()).isEqualTo(Outcome.HIT);
        assertThat(again.manifest().bytes()).isEqualTo(image.bytes());
        assertThat(upstream.manifestFetches).hasValue(1);
    }

    @Test
    void manyWhoAskAtOnceCostOneFetch() throws Exception {
        Semaphore answers = upstream.holdAnswers();
        List<Future<ManifestPull>> pulls = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            pulls.add(clients.submit(() -> pull(LATEST)));
        }
        await().until(answers::hasQueuedThreads);
        answers.release(1);
        for (Future<ManifestPull> pull : pulls) {
            assertThat(pull.get().manifest().digest()).isEqualTo(image.digest());
        }
        assertThat(upstream.manifestFetches).hasValue(1);
    }

    @Test
    void whoeverAskedFirstMayLeave() throws Exception {
        Semaphore answers = upstream.holdAnswers();
        Future<ManifestPull> first = clients.submit(() -> pull(image.digest()));
        await().until(answers::hasQueuedThreads);
        AtomicReference<Thread> joining = new AtomicReference<>(Thread.currentThread());
        Future<ManifestPull> second =
                clients.submit(() -> {
                    joining.set(Thread.currentThread());
                    return pull(image.digest());
                });
        await().until(() -> joining.get().getState() == Thread.State.WAITING);
        first.cancel(true);
        answers.release(1);
        assertThat(second.get().manifest().digest()).isEqualTo(image.digest());
        assertThat(upstream.manifestFetches).hasValue(1);
    }

    @Test
    void aStoredManifestIsReadableUnderAnotherNameOnlyOnceConfirmed() throws Exception {
        pull(image.digest());
        Target stranger = upstream.target("b/two");
        assertThatThrownBy(() -> puller.pull(stranger, image.digest(), Accept.ANYTHING))
                .isInstanceOf(Unknown.class);
        upstream.addManifest("b/two", image.mediaType(), imageOf("one", 9_000));
        assertThat(puller.pull(stranger, image.digest(), Accept.ANYTHING).outcome())
                .isEqualTo(Outcome.HIT);
        assertThat(upstream.manifestFetches).hasValue(1);
    }

    @Test
    void aFreshTagAsksNobody() throws Exception {
        pull(LATEST);
        upstream.failure = down();
        now = now.plusSeconds(59);
        assertThat(pull(LATEST).outcome()).isEqualTo(Outcome.HIT);
        assertThat(describe(LATEST).outcome()).isEqualTo(Outcome.HIT);
    }

    @Test
    void aTagPastItsTimeIsConfirmedByHead() throws Exception {
        pull(LATEST);
        now = now.plusSeconds(60);
        assertThat(pull(LATEST).outcome()).isEqualTo(Outcome.REVALIDATED);
        assertThat(upstream.heads).hasValue(1);
        assertThat(upstream.manifestFetches).hasValue(1);
        assertThat(pull(LATEST).outcome()).isEqualTo(Outcome.HIT);
    }

    @Test
    void aClockThatWentBackMakesATagStale() throws Exception {
        pull(LATEST);
        now = now.minus(Duration.ofDays(3));
        assertThat(pull(LATEST).outcome()).isEqualTo(Outcome.REVALIDATED);
    }

    @Test
    void aTagThatMovedIsFetched() throws Exception {
        pull(LATEST);
        RawManifest moved = addImage("two");
        now = now.plusSeconds(61);
        ManifestPull pull = pull(LATEST);
        assertThat(pull.outcome()).isEqualTo(Outcome.MISS);
        assertThat(pull.manifest().digest()).isEqualTo(moved.digest());
        assertThat(pull(LATEST).outcome()).isEqualTo(Outcome.HIT);
    }

    @Test
    void aTagThatMovedIsFetchedFromARegistryThatDoesNotDescribeManifests() throws Exception {
        upstream.describesManifests = false;
        pull(LATEST);
        RawManifest moved = addImage("two");
        now = now.plusSeconds(61);
        assertThat(pull(LATEST).manifest().digest()).isEqualTo(moved.digest());
        assertThat(describe(LATEST).descriptor()).isEqualTo(moved.descriptor());
    }

    @Test
    void aTagThatIsSaidToHaveMovedIsAskedForAtOnce() throws Exception {
        pull(LATEST);
        RawManifest moved = addImage("two");
        assertThat(pull(LATEST).manifest().digest()).isEqualTo(image.digest());

        now = now.plusMillis(1);
        puller.tagMoved(target, LATEST);
        now = now.plusMillis(1);

        assertThat(puller.recall(target, LATEST, Accept.ANYTHING)).isEmpty();
        assertThat(pull(LATEST).manifest().digest()).isEqualTo(moved.digest());
        assertThat(pull(LATEST).outcome()).isEqualTo(Outcome.HIT);
    }

    @Test
    void whoAsksAfterATagMovedDoesNotJoinThoseWhoAskedBefore() throws Exception {
        pull(LATEST);
        now = now.plusSeconds(61);
        Semaphore answers = upstream.holdAnswers();
        Future<DescriptorPull> before = clients.submit(() -> describe(LATEST));
        await().until(answers::hasQueuedThreads);

        puller.tagMoved(target, LATEST);
        Future<DescriptorPull> after = clients.submit(() -> describe(LATEST));
        await().until(() -> answers.getQueueLength() == 2);
        answers.release(2);
        before.get();
        after.get();

        assertThat(upstream.heads).hasValue(2);
    }

    @Test
    void anAnswerToAQuestionFromBeforeTheMoveMakesNothingFresh() throws Exception {
        pull(LATEST);
        now = now.plusSeconds(61);
        Semaphore answers = upstream.holdAnswers();
        Future<DescriptorPull> before = clients.submit(() -> describe(LATEST));
        await().until(answers::hasQueuedThreads);
        now = now.plusMillis(1);
        puller.tagMoved(target, LATEST);
        answers.release(2);
        before.get();

        assertThat(describe(LATEST).outcome()).isEqualTo(Outcome.REVALIDATED);
        assertThat(upstream.heads).hasValue(2);
    }

    static Stream<RegistryException> passingTroubles() {
        return Stream.of(
                new Throttled("429", Duration.ofSeconds(30)),
                new UpstreamFailed(UpstreamFailed.Kind.UNREACHABLE, "refused"),
                new UpstreamFailed(UpstreamFailed.Kind.SILENT, "silent"),
                new UpstreamFailed(UpstreamFailed.Kind.CUT_OFF, "reset"),
                new UpstreamFailed(UpstreamFailed.Kind.BAD_ANSWER, "503"));
    }

    @ParameterizedTest
    @MethodSource("passingTroubles")
    void whatWeHaveIsServedWhileTheUpstreamIsInTrouble(RegistryException trouble) throws Exception {
        pull(LATEST);
        now = now.plusSeconds(61);
        upstream.failure = trouble;
        assertThat(pull(LATEST).outcome()).isEqualTo(Outcome.STALE);
        assertThat(pull(LATEST).manifest().digest()).isEqualTo(image.digest());
        assertThat(describe(LATEST).outcome()).isEqualTo(Outcome.STALE);
    }

    static Stream<RegistryException> verdicts() {
        return Stream.of(
                Refused.unauthorized("401"),
                Refused.denied("403"),
                new Unknown(ErrorCode.MANIFEST_UNKNOWN, "404"));
    }

    @ParameterizedTest
    @MethodSource("verdicts")
    void whatTheUpstreamDecidesIsPassedOn(RegistryException verdict) throws Exception {
        pull(LATEST);
        now = now.plusSeconds(61);
        upstream.failure = verdict;
        assertThatThrownBy(() -> pull(LATEST)).isSameAs(verdict);
        assertThatThrownBy(() -> describe(LATEST)).isSameAs(verdict);
    }

    @Test
    void anUpstreamThatHangsCostsTwoSecondsAndThenStaleIsServed() throws Exception {
        pull(LATEST);
        now = now.plusSeconds(61);
        upstream.holdAnswers();
        assertThat(clients.submit(() -> pull(LATEST)))
                .succeedsWithin(Duration.ofSeconds(10))
                .extracting(ManifestPull::outcome)
                .isEqualTo(Outcome.STALE);
    }

    @Test
    void anUpstreamThatHangsAfterItsHeadSaidNothingCostsTwoSecondsInAll() throws Exception {
        pull(LATEST);
        now = now.plusSeconds(61);
        upstream.describesManifests = false;
        upstream.holdAnswers().release(1);
        assertThat(clients.submit(() -> pull(LATEST)))
                .succeedsWithin(Duration.ofSeconds(10))
                .extracting(ManifestPull::outcome)
                .isEqualTo(Outcome.STALE);
    }

    @Test
    void aTagThatMovedIsServedStaleWhileTheNewManifestCannotBeFetched() throws Exception {
        pull(LATEST);
        addImage("two");
        now = now.plusSeconds(61);
        assertThat(describe(LATEST).descriptor().digest()).isNotEqualTo(image.digest());
        upstream.failure = down();
        ManifestPull pull = pull(LATEST);
        assertThat(pull.outcome()).isEqualTo(Outcome.STALE);
        assertThat(pull.manifest().digest()).isEqualTo(image.digest());
    }

    @Test
    void anUnknownTagOfADeadUpstreamIsAFailure() {
        upstream.failure = down();
        assertThatThrownBy(() -> pull(LATEST)).isInstanceOf(UpstreamFailed.class);
        assertThatThrownBy(() -> describe(LATEST)).isInstanceOf(UpstreamFailed.class);
    }

    @Test
    void aHeadFetchesNothingAndMakesTheTagFresh() throws Exception {
        assertThat(describe(LATEST).descriptor()).isEqualTo(image.descriptor());
        assertThat(describe(LATEST).outcome()).isEqualTo(Outcome.HIT);
        assertThat(upstream.manifestFetches).hasValue(0);
        assertThat(upstream.ranges).isEmpty();
    }

    @Test
    void theWayOfDockerCostsOneHeadAndOneFetch() throws Exception {
        Digest digest = describe(LATEST).descriptor().digest();
        assertThat(pull(digest).manifest().bytes()).isEqualTo(image.bytes());
        assertThat(upstream.heads).hasValue(1);
        assertThat(upstream.manifestFetches).hasValue(1);
    }

    @Test
    void anImageThatMissedBringsItsBlobsAlong() throws Exception {
        puller.prefetch(target, pull(LATEST).manifest());
        await().untilAsserted(() -> assertThat(blobStore.find(layer)).isPresent());
        await().untilAsserted(() -> assertThat(blobStore.find(config)).isPresent());
    }

    @Test
    void anImageBeyondTheCapBringsNothingAlong() throws Exception {
        RawManifest huge =
                upstream.addManifest(
                        "a/one", MediaType.OCI_MANIFEST, imageOf("huge", Long.MAX_VALUE));
        puller.prefetch(target, pull(huge.digest()).manifest());
        await().during(Duration.ofMillis(200)).until(upstream.ranges::isEmpty);
    }

    @Test
    void anIndexBringsNothingAlong() throws Exception {
        String text =
                """
                {"schemaVersion": 2, "manifests": [{"mediaType": "%s", "digest": "%s", "size": %d}]}
                """
                        .formatted(image.mediaType(), image.digest(), image.size());
        RawManifest index =
                upstream.addManifest(
                        "a/one", MediaType.OCI_INDEX, text.getBytes(StandardCharsets.UTF_8));
        puller.prefetch(target, pull(index.digest()).manifest());
        await().during(Duration.ofMillis(200)).until(upstream.ranges::isEmpty);
        assertThat(upstream.manifestFetches).hasValue(1);
    }

    @Test
    void tagsAreKeptApartByWhatTheClientAccepts() throws Exception {
        pull(LATEST);
        Accept narrow = Accept.parse(List.of("application/vnd.oci.image.index.v1+json"));
        assertThat(puller.pull(target, LATEST, narrow).outcome()).isEqualTo(Outcome.MISS);
    }

    private ManifestPull pull(Reference reference) throws InterruptedException {
        return puller.pull(target, reference, Accept.ANYTHING);
    }

    private DescriptorPull describe(Tag tag) throws InterruptedException {
        return puller.describe(target, tag, Accept.ANYTHING);
    }

    private static UpstreamFailed down() {
        return new UpstreamFailed(UpstreamFailed.Kind.UNREACHABLE, "connection refused");
    }

    private RawManifest addImage(String note) {
        RawManifest manifest =
                upstream.addManifest("a/one", MediaType.OCI_MANIFEST, imageOf(note, 9_000));
        upstream.tag("a/one", "latest", manifest.digest());
        return manifest;
    }

    private byte[] imageOf(String note, long layerBytes) {
        return """
        {"schemaVersion": 2, "annotations": {"note": "%s"},
         "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": "%s", "size": 500},
         "layers": [{"mediaType": "application/vnd.oci.image.layer.v1.tar", "digest": "%s", "size": %d}]}
        """
                .formatted(note, config, layer, layerBytes)
                .getBytes(StandardCharsets.UTF_8);
    }
}
