package dev.tarn.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.oci.Descriptor;
import dev.tarn.oci.Digest;
import dev.tarn.oci.Manifest;
import dev.tarn.oci.MediaType;
import dev.tarn.oci.RegistryException.UpstreamFailed;
import dev.tarn.oci.RegistryHost;
import dev.tarn.pull.HeardAnswer;
import dev.tarn.pull.Outcome;
import dev.tarn.pull.PullListener.Answering;
import dev.tarn.pull.PullListener.Client;
import dev.tarn.pull.PullListener.End;
import dev.tarn.report.ImagePull.LayerState;
import dev.tarn.report.ImagePull.Slowness;
import dev.tarn.report.ImagePull.State;
import dev.tarn.report.ImagePull.Warmth;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ImagePullsTest {

    private static final RegistryHost QUAY = new RegistryHost("quay.io");
    private static final Client OTHER = new Client("192.0.2.8", "docker/27");

    private static final Digest INDEX = digest(1);
    private static final Digest IMAGE = digest(2);
    private static final Digest CONFIG = digest(3);
    private static final Digest LAYER = digest(4);
    private static final Digest FOREIGN = digest(5);

    private final Map<Digest, Manifest> manifests = new HashMap<>();
    private final List<ImagePull> ended = new ArrayList<>();
    private Duration tokenTime = Duration.ZERO;
    private long now = 1_000_000_000_000L;
    private final ImagePulls pulls =
            new ImagePulls(
                    digest -> manifests.getOrDefault(digest, new Manifest.Opaque()),
                    _ -> tokenTime,
                    ended::add,
                    () -> Instant.ofEpochSecond(0, now),
                    () -> now);

    ImagePullsTest() {
        manifests.put(
                INDEX,
                new Manifest.Index(List.of(new Descriptor(MediaType.OCI_MANIFEST, IMAGE, 500))));
        manifests.put(
                IMAGE,
                new Manifest.Image(
                        blob(CONFIG, 10, "application/vnd.oci.image.config.v1+json"),
                        List.of(
                                blob(LAYER, 1_000, "application/vnd.oci.image.layer.v1.tar"),
                                blob(
                                        FOREIGN,
                                        5_000,
                                        "application/vnd.docker.image.rootfs.foreign.diff.tar"))));
    }

    private static Digest digest(int seed) {
        return Digest.of(Digest.Algorithm.SHA256, new byte[] {(byte) seed});
    }

    private static Descriptor blob(Digest digest, long size, String type) {
        return new Descriptor(new MediaType(type), digest, size);
    }

    private void pass(Duration time) {
        now += time.toNanos();
    }

    private void idle() {
        pass(ImagePulls.IDLE_MAX);
        pulls.sweep();
    }

    private void manifest(Outcome outcome) {
        HeardAnswer.manifest("1.0", IMAGE).with(outcome).sent(500).tell(pulls);
    }

    private HeardAnswer config() {
        return HeardAnswer.blob(CONFIG).sent(10);
    }

    private HeardAnswer layer() {
        return HeardAnswer.blob(LAYER).sent(1_000);
    }

    private ImagePull only() {
        assertThat(ended).hasSize(1);
        return ended.getFirst();
    }

    @Test
    void whatDockerAsksForIsOnePull() {
        HeardAnswer.manifest("1.0", INDEX).head().with(Outcome.MISS).tell(pulls);
        HeardAnswer.manifest(INDEX.toString(), INDEX).with(Outcome.MISS).sent(300).tell(pulls);
        HeardAnswer.manifest(IMAGE.toString(), IMAGE).with(Outcome.MISS).sent(500).tell(pulls);
        config().with(Outcome.MISS).tell(pulls);
        assertThat(ended).isEmpty();
        pass(Duration.ofSeconds(2));
        layer().with(Outcome.MISS).tell(pulls);

        ImagePull pull = only();
        assertThat(pull.reference()).isEqualTo("1.0");
        assertThat(pull.digest()).contains(INDEX);
        assertThat(pull.state()).isEqualTo(State.COMPLETE);
        assertThat(pull.bytes()).isEqualTo(new ImagePull.Bytes(0, 0, 1_810));
        assertThat(pull.size()).hasValue(1_010);
        assertThat(pull.warmth()).isEqualTo(Warmth.COLD);
        assertThat(pull.duration()).isEqualTo(Duration.ofMillis(2_007));
        assertThat(pull.client()).isEqualTo(HeardAnswer.CLIENT);
        assertThat(pull.layers())
                .extracting(ImagePull.Layer::digest)
                .containsExactly(CONFIG, LAYER);
    }

    @Test
    void theNextOneIsAnotherPull() {
        for (int i = 0; i < 2; i++) {
            manifest(Outcome.HIT);
            config().tell(pulls);
            layer().tell(pulls);
        }

        assertThat(ended).extracting(ImagePull::id).containsExactly(1L, 2L);
        assertThat(ended).extracting(ImagePull::warmth).containsOnly(Warmth.WARM);
    }

    /// As Docker does that has removed an image, and not yet its manifest.
    @Test
    void aClientMayHaveKeptTheManifest() {
        for (Digest looked : List.of(IMAGE, INDEX)) {
            ended.clear();
            HeardAnswer.manifest("1.0", looked).head().tell(pulls);
            config().tell(pulls);
            assertThat(pulls.runningCount()).isEqualTo(1);
            layer().tell(pulls);

            assertThat(only().state()).isEqualTo(State.COMPLETE);
            assertThat(only().digest()).contains(looked);
            assertThat(only().bytes()).isEqualTo(new ImagePull.Bytes(1_010, 0, 0));
        }
    }

    @Test
    void theMirrorMayHaveBeenAheadOfTheClient() {
        manifest(Outcome.MISS);
        pulls.downloaded(QUAY, CONFIG, 10, Duration.ofMillis(1));
        config().with(Outcome.HIT).tell(pulls);
        HeardAnswer joined = layer().with(Outcome.JOIN);
        Answering begun = joined.answering();
        pulls.answering(begun);
        pulls.downloaded(QUAY, LAYER, 1_000, Duration.ofMillis(1));
        pulls.answered(joined.answered(begun, End.WHOLE));

        assertThat(only().bytes()).isEqualTo(new ImagePull.Bytes(0, 0, 1_510));
    }

    @Test
    void aBlobIsFetchedForOnePullAndJoinedByTheOthers() {
        manifest(Outcome.MISS);
        HeardAnswer.manifest("1.0", IMAGE).to(OTHER).sent(500).tell(pulls);
        for (HeardAnswer missed : List.of(config(), layer())) {
            Answering begun = missed.with(Outcome.MISS).answering();
            pulls.answering(begun);
            // verified, and only then are the last bytes let go
            pulls.downloaded(QUAY, begun.digest().orElseThrow(), 1, Duration.ofMillis(1));
            pulls.answered(missed.answered(begun, End.WHOLE));
        }
        config().to(OTHER).with(Outcome.JOIN).tell(pulls);
        layer().to(OTHER).with(Outcome.JOIN).tell(pulls);

        assertThat(ended)
                .extracting(ImagePull::bytes)
                .containsExactly(
                        new ImagePull.Bytes(0, 0, 1_510), new ImagePull.Bytes(500, 1_010, 0));
    }

    @Test
    void aClientThatHasTheRestIsDoneAfterAWhile() {
        manifest(Outcome.HIT);
        pass(Duration.ofSeconds(3));
        config().tell(pulls);
        pass(ImagePulls.IDLE_MAX.minusNanos(1));
        pulls.sweep();
        assertThat(ended).isEmpty();

        pass(Duration.ofNanos(1));
        pulls.sweep();

        assertThat(only().state()).isEqualTo(State.PARTIAL);
        assertThat(only().duration()).isEqualTo(Duration.ofMillis(3_007));
    }

    @Test
    void whoAsksForTheManifestAgainAndAgainDoesNotKeepItsPullOpen() {
        for (Outcome outcome : List.of(Outcome.HIT, Outcome.REVALIDATED)) {
            ended.clear();
            for (int i = 0; i < 4; i++) {
                manifest(outcome);
                pass(ImagePulls.IDLE_MAX.dividedBy(3));
                pulls.sweep();
            }

            assertThat(only().state()).isEqualTo(State.PARTIAL);
            assertThat(only().bytes().cached()).isEqualTo(1_500);
            idle();
        }
    }

    @Test
    void aPullDoesNotBeginWithALookLongAgo() {
        for (int i = 0; i < 10; i++) {
            HeardAnswer.manifest("1.0", IMAGE).head().tell(pulls);
            pass(ImagePulls.IDLE_MAX.dividedBy(3));
            pulls.sweep();
        }
        assertThat(pulls.runningCount()).isZero();
        manifest(Outcome.HIT);
        config().tell(pulls);
        layer().tell(pulls);

        assertThat(only().duration()).isLessThan(ImagePulls.IDLE_MAX.plusSeconds(1));
    }

    @Test
    void whoLooksOnlyPullsNothing() {
        HeardAnswer.manifest("1.0", IMAGE).head().tell(pulls);
        assertThat(pulls.running()).isEmpty();
        idle();

        assertThat(ended).isEmpty();
        assertThat(pulls.runningCount()).isZero();
    }

    @Test
    void aTagThatIsNotThereIsNoPull() {
        HeardAnswer.of(dev.tarn.pull.PullListener.Kind.MANIFEST, "1.0").with(404).tell(pulls);
        idle();

        assertThat(ended).isEmpty();
    }

    @Test
    void aManifestThatDoesNotComeIsAFailure() {
        HeardAnswer.of(dev.tarn.pull.PullListener.Kind.MANIFEST, "1.0")
                .failed(502, failure())
                .tell(pulls);
        idle();

        assertThat(only().state()).isEqualTo(State.FAILED);
        assertThat(only().reason()).contains(new ImagePull.Failure(Reason.CUT_OFF, "gone"));
    }

    @Test
    void aBlobThatDoesNotComeIsAFailureUnlessItComesLater() {
        manifest(Outcome.HIT);
        config().tell(pulls);
        layer().sent(7).with(200).tell(pulls, End.BROKEN);
        assertThat(pulls.running().getFirst().layers().getLast().state())
                .isEqualTo(LayerState.FAILED);
        idle();
        assertThat(only().state()).isEqualTo(State.FAILED);

        manifest(Outcome.HIT);
        config().tell(pulls);
        HeardAnswer.blob(LAYER).failed(502, failure()).tell(pulls);
        layer().tell(pulls);
        assertThat(ended.getLast().state()).isEqualTo(State.COMPLETE);
        assertThat(ended.getLast().reason()).isEmpty();
    }

    @Test
    void whoGoesAwayInTheMiddleHasLeft() {
        manifest(Outcome.HIT);
        config().tell(pulls);
        layer().sent(400).tell(pulls, End.LEFT);
        idle();

        assertThat(only().state()).isEqualTo(State.LEFT);
        assertThat(only().bytes().all()).isEqualTo(910);
    }

    @Test
    void partsMakeAWhole() {
        manifest(Outcome.HIT);
        config().tell(pulls);
        HeardAnswer.blob(LAYER).with(206).sent(600).tell(pulls);
        assertThat(ended).isEmpty();
        HeardAnswer.blob(LAYER).with(206).sent(400).tell(pulls);

        assertThat(only().state()).isEqualTo(State.COMPLETE);
    }

    @Test
    void aPullIsSeenWhileItGoesOn() {
        manifest(Outcome.HIT);
        HeardAnswer half = HeardAnswer.blob(LAYER).with(Outcome.MISS);
        Answering begun = half.answering();
        pulls.answering(begun);
        var _ = half.sent(300);
        pass(ImagePulls.IDLE_MAX.multipliedBy(2));
        pulls.sweep();

        ImagePull running = pulls.running().getFirst();
        assertThat(running.state()).isEqualTo(State.RUNNING);
        assertThat(running.layers().getLast().bytes()).isEqualTo(300);
        assertThat(running.layers().getLast().state()).isEqualTo(LayerState.RUNNING);
        assertThat(running.layers().getFirst().state()).isEqualTo(LayerState.WAITING);
        assertThat(ended).isEmpty();
        assertThat(pulls.runningCount()).isEqualTo(1);
    }

    @Test
    void aSlowPullSaysWhy() {
        slow(Duration.ofSeconds(5), Duration.ofSeconds(1), Duration.ZERO);
        slow(Duration.ofSeconds(5), Duration.ofSeconds(4), Duration.ZERO);
        slow(Duration.ofSeconds(5), Duration.ofSeconds(1), Duration.ofSeconds(3));
        tokenTime = Duration.ofSeconds(60);
        manifest(Outcome.HIT);
        tokenTime = Duration.ofSeconds(63);
        pass(Duration.ofSeconds(5));
        config().with(Outcome.MISS).tell(pulls);
        layer().with(Outcome.MISS)
                .took(Duration.ofSeconds(5), Duration.ofSeconds(1), Duration.ZERO)
                .tell(pulls);

        assertThat(ended)
                .extracting(pull -> pull.slowedBy().orElseThrow())
                .containsExactly(Slowness.UPSTREAM, Slowness.CLIENT, Slowness.DISK, Slowness.TOKEN);
    }

    private void slow(Duration total, Duration client, Duration disk) {
        manifest(Outcome.HIT);
        config().tell(pulls);
        pass(total);
        layer().with(Outcome.MISS).took(total, client, disk).tell(pulls);
    }

    @Test
    void aQuickPullWasNotSlowedByAnything() {
        manifest(Outcome.HIT);
        config().tell(pulls);
        layer().tell(pulls);

        assertThat(only().slowedBy()).isEmpty();
    }

    @Test
    void oneClientCannotHaveUsFollowAnyNumberOfImages() {
        for (int i = 0; i < 2 * ImagePulls.OPEN_MAX; i++) {
            HeardAnswer.manifest("tag-" + i, digest(100 + i)).tell(pulls);
        }

        assertThat(pulls.runningCount()).isEqualTo(ImagePulls.OPEN_MAX);
        assertThat(ended).hasSize(ImagePulls.OPEN_MAX);
    }

    @Test
    void beyondALimitClientsAreServedAndNotFollowed() {
        for (int i = 0; i < ImagePulls.CLIENTS_MAX + 10; i++) {
            HeardAnswer.manifest("1.0", IMAGE).to(new Client("host-" + i, "")).tell(pulls);
        }

        assertThat(pulls.runningCount()).isEqualTo(ImagePulls.CLIENTS_MAX);
    }

    private static UpstreamFailed failure() {
        return new UpstreamFailed(UpstreamFailed.Kind.CUT_OFF, "gone");
    }
}
