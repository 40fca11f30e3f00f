package dev.tarn.report;

import dev.tarn.oci.Descriptor;
import dev.tarn.oci.Digest;
import dev.tarn.oci.Manifest;
import dev.tarn.oci.Repository;
import dev.tarn.pull.Outcome;
import dev.tarn.pull.PullListener.Answered;
import dev.tarn.pull.PullListener.Answering;
import dev.tarn.pull.PullListener.Asking;
import dev.tarn.pull.PullListener.Client;
import dev.tarn.pull.PullListener.End;
import dev.tarn.report.ImagePull.Bytes;
import dev.tarn.report.ImagePull.Failure;
import dev.tarn.report.ImagePull.State;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.stream.Stream;

/// An image pull that goes on. Whoever touches it sees to it that nobody else does.
final class OpenPull {

    /// What is over sooner was not slow.
    private static final Duration SLOW_MIN = Duration.ofMillis(500);

    private static final int BLOBS_MAX = 1_000;
    private static final int PLATFORMS_MAX = 50;

    private final long id;
    private final Client client;
    private final Repository repository;
    private final String reference;
    private final long startNanos;
    private final Instant startedAt;
    private final Duration tokenTimeBefore;
    private final Set<Digest> manifests = new HashSet<>();
    private final Set<Digest> read = ConcurrentHashMap.newKeySet();
    private final LongAdder repeatedBytes = new LongAdder();
    private final Map<Digest, OpenLayer> layers = new LinkedHashMap<>();
    private List<Manifest.Image> kept = List.of();
    private Optional<Digest> digest = Optional.empty();
    private Optional<Failure> failure = Optional.empty();
    private Bytes manifestBytes = new Bytes(0, 0, 0);
    private long manifestUpstreamNanos;
    private volatile long lastNanos;
    private volatile boolean isFetched;
    private boolean isImageKnown;

    /// @param first the request that began it
    /// @param startNanos when that arrived, on the monotonic clock
    OpenPull(long id, Asking first, long startNanos, Instant startedAt, Duration tokenTimeBefore) {
        this.id = id;
        this.client = first.client();
        this.repository = first.repository();
        this.reference = first.reference();
        this.startNanos = startNanos;
        this.startedAt = startedAt;
        this.tokenTimeBefore = tokenTimeBefore;
        this.lastNanos = startNanos;
    }

    Repository repository() {
        return repository;
    }

    /// Whether a request for this manifest goes on with this pull.
    boolean isAbout(Asking asking, Optional<Digest> asked) {
        return repository.equals(asking.repository())
                && (reference.equals(asking.reference())
                        || asked.filter(manifests::contains).isPresent());
    }

    boolean hasBlob(Repository asked, Digest blob) {
        return repository.equals(asked) && layers.containsKey(blob);
    }

    /// Whether a client that has only looked whether the manifest still is the same goes on with
    /// this blob, because it kept that manifest.
    ///
    /// @param contents what is in one
    boolean resumesWith(Repository asked, Digest blob, Function<Digest, Manifest> contents) {
        if (isFetched || !repository.equals(asked) || digest.isEmpty()) {
            return false;
        }
        if (kept.isEmpty()) {
            kept = images(contents.apply(digest.get()), contents).toList();
        }
        Optional<Manifest.Image> image =
                kept.stream()
                        .filter(each ->
                                each.blobs().stream()
                                        .map(Descriptor::digest)
                                        .anyMatch(blob::equals))
                        .findFirst();
        image.ifPresent(found -> {
            isFetched = true;
            read(found);
        });
        return image.isPresent();
    }

    private static Stream<Manifest.Image> images(
            Manifest content, Function<Digest, Manifest> contents) {
        return switch (content) {
            case Manifest.Image image -> Stream.of(image);
            case Manifest.Index index ->
                    index.manifests().stream()
                            .limit(PLATFORMS_MAX)
                            .map(Descriptor::digest)
                            .map(contents)
                            .filter(Manifest.Image.class::isInstance)
                            .map(Manifest.Image.class::cast);
            case Manifest.Opaque _ -> Stream.empty();
        };
    }

    /// A manifest that this pull knows already went out once more. Many may say so at once.
    ///
    /// @return whether that was all there is to it
    boolean repeats(Answered answer) {
        Asking asking = answer.asking();
        Optional<Digest> asked = answer.answering().digest();
        if (answer.outcome() != Outcome.HIT
                || answer.status() != 200
                || asking.isHead()
                || asked.isEmpty()
                || !read.contains(asked.get())
                || !repository.equals(asking.repository())) {
            return false;
        }
        repeatedBytes.add(answer.bytes());
        return true;
    }

    /// A manifest has been answered for.
    ///
    /// @param contents what is in one, which is found out once
    void manifest(Answered answer, Function<Digest, Manifest> contents, long now) {
        boolean isNew = !isFetched;
        isFetched = isFetched || !answer.asking().isHead();
        if (isNew && isFetched) {
            lastNanos = now; // who asks again and again does not go on with this for ever
        }
        if (answer.failure().isPresent() || answer.status() >= 400) {
            lastNanos = now;
            failure = Optional.of(failure(answer));
            return;
        }
        failure = Optional.empty();
        answer.answering().digest().ifPresent(manifests::add);
        digest = digest.or(() -> answer.answering().digest());
        manifestBytes = plus(manifestBytes, answer.outcome(), answer.bytes());
        if (answer.outcome() != Outcome.HIT) {
            manifestUpstreamNanos += answer.timing().firstByte();
        }
        if (answer.status() == 200 && !answer.asking().isHead()) {
            answer.answering()
                    .digest()
                    .filter(read::add)
                    .ifPresent(manifest -> {
                        lastNanos = now;
                        read(contents.apply(manifest));
                    });
        }
    }

    private void read(Manifest content) {
        switch (content) {
            case Manifest.Index index ->
                    index.manifests().stream()
                            .limit(BLOBS_MAX)
                            .map(Descriptor::digest)
                            .forEach(manifests::add);
            case Manifest.Image image -> {
                isImageKnown = true;
                image.blobs().stream()
                        .limit(BLOBS_MAX)
                        .forEach(blob -> layers.putIfAbsent(blob.digest(), new OpenLayer(blob)));
            }
            case Manifest.Opaque _ -> {
                // its blobs are not known, so it ends when nothing more comes
            }
        }
    }

    private static Bytes plus(Bytes before, Outcome outcome, long bytes) {
        return switch (outcome) {
            case HIT, REVALIDATED, STALE ->
                    new Bytes(before.cached() + bytes, before.joined(), before.upstream());
            case JOIN -> new Bytes(before.cached(), before.joined() + bytes, before.upstream());
            case MISS, FAILED ->
                    new Bytes(before.cached(), before.joined(), before.upstream() + bytes);
        };
    }

    static Failure failure(Answered answer) {
        return answer.failure()
                .map(why -> new Failure(Reason.of(why), String.valueOf(why.getMessage())))
                .orElseGet(() -> new Failure(Reason.OTHER, "answered with " + answer.status()));
    }

    void blobBegun(Digest blob, Answering answer, long now) {
        lastNanos = now;
        layer(blob).ifPresent(layer -> layer.begun(answer));
    }

    void blobEnded(Digest blob, Answered answer, long now) {
        lastNanos = now;
        layer(blob).ifPresent(layer -> layer.ended(answer));
    }

    private Optional<OpenLayer> layer(Digest blob) {
        return Optional.ofNullable(layers.get(blob));
    }

    /// Whether this blob is known to have been fetched for this pull.
    boolean isCreditedWith(Digest blob) {
        return layer(blob).filter(OpenLayer::isFetched).isPresent();
    }

    /// The blob was fetched for this pull, whoever asked for it first.
    void credit(Digest blob) {
        layer(blob).ifPresent(OpenLayer::fetched);
    }

    /// Whether a client was told what is in it, or knew; without that it only looked.
    boolean isFetched() {
        return isFetched;
    }

    /// Whether the client has all of it.
    boolean isComplete() {
        return isImageKnown && layers.values().stream().allMatch(OpenLayer::isDone);
    }

    boolean isRunning() {
        return layers.values().stream().anyMatch(OpenLayer::isRunning);
    }

    long startNanos() {
        return startNanos;
    }

    /// When something last happened.
    long lastNanos() {
        return lastNanos;
    }

    /// As it stands.
    ///
    /// @param now where it goes on
    ImagePull snapshot(long now) {
        return snapshot(State.RUNNING, now, Optional.empty());
    }

    /// As it ended.
    ///
    /// @param tokenTime of the upstream, by now
    ImagePull end(Duration tokenTime) {
        State state =
                failure().isPresent()
                        ? State.FAILED
                        : isComplete()
                                ? State.COMPLETE
                                : layers.values().stream().anyMatch(OpenLayer::isLeft)
                                        ? State.LEFT
                                        : State.PARTIAL;
        boolean isSlow = lastNanos - startNanos >= SLOW_MIN.toNanos();
        return snapshot(
                state,
                lastNanos,
                isSlow ? waits(tokenTime.minus(tokenTimeBefore)).most() : Optional.empty());
    }

    private ImagePull.Waits waits(Duration tokenTime) {
        long upstream = manifestUpstreamNanos;
        long clientNanos = 0;
        long disk = 0;
        for (OpenLayer layer : layers.values()) {
            upstream += layer.upstreamNanos();
            clientNanos += layer.clientNanos();
            disk += layer.diskNanos();
        }
        long token = Math.min(upstream, tokenTime.toNanos());
        return new ImagePull.Waits(upstream - token, token, clientNanos, disk);
    }

    private Optional<Failure> failure() {
        return layers.values().stream()
                .map(OpenLayer::failure)
                .flatMap(Optional::stream)
                .findFirst()
                .or(() -> failure);
    }

    private ImagePull snapshot(State state, long end, Optional<ImagePull.Slowness> slowedBy) {
        Bytes bytes = plus(manifestBytes, Outcome.HIT, repeatedBytes.sum());
        for (OpenLayer layer : layers.values()) {
            bytes = plus(bytes, layer.source(), layer.bytes());
        }
        return new ImagePull(
                id,
                repository,
                reference,
                digest,
                client,
                startedAt,
                Duration.ofNanos(Math.max(0, end - startNanos)),
                state,
                failure(),
                bytes,
                isImageKnown
                        ? OptionalLong.of(layers.values().stream().mapToLong(OpenLayer::size).sum())
                        : OptionalLong.empty(),
                slowedBy,
                layers.values().stream().map(OpenLayer::snapshot).toList());
    }

    /// Whether an answer leaves a client without what it asked for, though it would have waited.
    static boolean isFailure(Answered answer) {
        return answer.status() >= 400 || answer.end() == End.BROKEN;
    }
}
