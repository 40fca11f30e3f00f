package dev.tarn.report;

import dev.tarn.oci.Digest;
import dev.tarn.oci.Manifest;
import dev.tarn.oci.RegistryException;
import dev.tarn.oci.RegistryHost;
import dev.tarn.oci.Repository;
import dev.tarn.pull.PullListener;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Puts together, from single requests, the pulls of whole images. A pull goes on until its client
/// has all blobs of the manifest, or has asked for none for a while. Any thread may come; those of
/// one client take turns.
///
/// Only so many are followed at once. The others are served all the same.
public final class ImagePulls implements PullListener {

    /// After so long without a request a client has done with an image.
    public static final Duration IDLE_MAX = Duration.ofSeconds(30);

    /// How many clients are followed at once.
    static final int CLIENTS_MAX = 10_000;

    /// How many images of one client.
    static final int OPEN_MAX = 64;

    private final ConcurrentHashMap<Client, Session> sessions = new ConcurrentHashMap<>();
    private final AtomicLong ids = new AtomicLong();
    private final Function<Digest, Manifest> manifests;
    private final Function<RegistryHost, Duration> tokenTime;
    private final Consumer<ImagePull> whenEnded;
    private final InstantSource clock;
    private final LongSupplier nanoTime;

    /// The images that one client pulls at the moment, newest last. Changed only within `compute`,
    /// and looked at by anybody.
    private record Session(CopyOnWriteArrayList<OpenPull> pulls) {}

    /// @param manifests what is in a manifest that has just been answered, as far as that is at
    ///   hand
    /// @param tokenTime for how long tokens of an upstream have been waited for since the start
    /// @param whenEnded hears of each pull once
    public ImagePulls(
            Function<Digest, Manifest> manifests,
            Function<RegistryHost, Duration> tokenTime,
            Consumer<ImagePull> whenEnded,
            InstantSource clock,
            LongSupplier nanoTime) {
        this.manifests = manifests;
        this.tokenTime = tokenTime;
        this.whenEnded = whenEnded;
        this.clock = clock;
        this.nanoTime = nanoTime;
    }

    @Override
    public void answering(Answering answering) {
        Asking asking = answering.asking();
        if (asking.kind() == Kind.BLOB && !asking.isHead()) {
            blob(
                    asking,
                    answering.digest(),
                    (pull, digest) -> pull.blobBegun(digest, answering, nanoTime.getAsLong()));
        }
    }

    @Override
    public void answered(Answered answer) {
        Asking asking = answer.asking();
        switch (asking.kind()) {
            case BLOB -> {
                if (!asking.isHead()) {
                    Optional<Digest> digest =
                            answer.answering().digest().or(() -> digest(asking.reference()));
                    blob(
                            asking,
                            digest,
                            (pull, blob) -> pull.blobEnded(blob, answer, nanoTime.getAsLong()));
                }
            }
            case MANIFEST -> manifest(asking, answer);
            case TAGS, REFERRERS -> {
                // no part of a pull
            }
        }
    }

    /// What was asked for and did not come has no digest but in the request.
    private static Optional<Digest> digest(String reference) {
        try {
            return Optional.of(Digest.parse(reference));
        } catch (RegistryException.Malformed e) {
            return Optional.empty();
        }
    }

    private interface BlobStep {
        void take(OpenPull pull, Digest digest);
    }

    private void blob(Asking asking, Optional<Digest> digest, BlobStep step) {
        if (digest.isEmpty() || !sessions.containsKey(asking.client())) {
            return;
        }
        Digest blob = digest.get();
        List<ImagePull> ended = new ArrayList<>(1);
        sessions.computeIfPresent(
                asking.client(),
                (_, session) -> {
                    OpenPull pull = findPull(session, asking.repository(), blob);
                    if (pull != null) {
                        step.take(pull, blob);
                        if (pull.isComplete()) {
                            end(session, pull, ended);
                        }
                    }
                    return unlessEmpty(session);
                });
        ended.forEach(whenEnded);
    }

    private @Nullable OpenPull findPull(Session session, Repository repository, Digest blob) {
        List<OpenPull> latest = session.pulls().reversed();
        return latest.stream()
                .filter(pull -> pull.hasBlob(repository, blob))
                .findFirst()
                .or(() ->
                        latest.stream()
                                .filter(pull -> pull.resumesWith(repository, blob, manifests))
                                .findFirst())
                .orElse(null);
    }

    private void manifest(Asking asking, Answered answer) {
        if (answer.status() == 404) {
            return; // there is no image to pull; clients ask for signatures that way, too
        }
        long now = nanoTime.getAsLong();
        Session open = sessions.get(asking.client());
        if (open != null) {
            for (OpenPull pull : open.pulls()) {
                if (pull.repeats(answer)) {
                    return;
                }
            }
        }
        List<ImagePull> ended = new ArrayList<>(1);
        sessions.compute(
                asking.client(),
                (_, known) -> {
                    Session session =
                            known == null ? new Session(new CopyOnWriteArrayList<>()) : known;
                    OpenPull pull = findOrBegin(session, asking, answer, now, ended);
                    if (pull != null) {
                        pull.manifest(answer, manifests, now);
                        if (pull.isComplete()) {
                            end(session, pull, ended);
                        }
                    }
                    return unlessEmpty(session);
                });
        ended.forEach(whenEnded);
    }

    private @Nullable OpenPull findOrBegin(
            Session session, Asking asking, Answered answer, long now, List<ImagePull> ended) {
        for (OpenPull pull : session.pulls().reversed()) {
            if (pull.isAbout(asking, answer.answering().digest())) {
                return pull;
            }
        }
        if (session.pulls().isEmpty() && sessions.size() >= CLIENTS_MAX) {
            return null;
        }
        if (session.pulls().size() >= OPEN_MAX) {
            end(session, session.pulls().getFirst(), ended);
        }
        OpenPull begun =
                new OpenPull(
                        ids.incrementAndGet(),
                        asking,
                        now - answer.timing().total(),
                        clock.instant().minusNanos(answer.timing().total()),
                        tokenTime.apply(asking.repository().host()));
        session.pulls().add(begun);
        return begun;
    }

    private void end(Session session, OpenPull pull, List<ImagePull> ended) {
        session.pulls().remove(pull);
        if (pull.isFetched()) {
            ended.add(pull.end(tokenTime.apply(pull.repository().host())));
        }
    }

    private static @Nullable Session unlessEmpty(Session session) {
        return session.pulls().isEmpty() ? null : session;
    }

    /// Whom a blob was fetched for is not who asked for it first: the mirror fetches ahead of its
    /// clients. It is the pull that began first of those that need it.
    @Override
    public void downloaded(RegistryHost upstream, Digest digest, long bytes, Duration duration) {
        List<OpenPull> needing = new ArrayList<>();
        sessions.forEach((client, _) ->
                sessions.computeIfPresent(
                        client,
                        (_, session) -> {
                            session.pulls().stream()
                                    .filter(pull -> pull.repository().host().equals(upstream))
                                    .filter(pull -> pull.hasBlob(pull.repository(), digest))
                                    .forEach(needing::add);
                            return session;
                        }));
        if (needing.stream().noneMatch(pull -> pull.isCreditedWith(digest))) {
            needing.stream()
                    .min(Comparator.comparingLong(OpenPull::startNanos))
                    .ifPresent(pull -> pull.credit(digest));
        }
    }

    @Override
    public void downloadFailed(RegistryHost upstream, Digest digest, RegistryException failure) {
        // those who wait for it hear of it with their answers
    }

    /// Ends what nobody goes on with. To be called now and then.
    public void sweep() {
        List<ImagePull> ended = new ArrayList<>();
        long now = nanoTime.getAsLong();
        sessions.forEach((client, _) ->
                sessions.computeIfPresent(
                        client,
                        (_, session) -> {
                            List.copyOf(session.pulls()).stream()
                                    .filter(pull -> isIdle(pull, now))
                                    .forEach(pull -> end(session, pull, ended));
                            return unlessEmpty(session);
                        }));
        ended.forEach(whenEnded);
    }

    private static boolean isIdle(OpenPull pull, long now) {
        return !pull.isRunning() && now - pull.lastNanos() >= IDLE_MAX.toNanos();
    }

    /// Those that go on, oldest first.
    public List<ImagePull> running() {
        List<ImagePull> running = new ArrayList<>();
        long now = nanoTime.getAsLong();
        sessions.forEach((client, _) ->
                sessions.computeIfPresent(
                        client,
                        (_, session) -> {
                            session.pulls().stream()
                                    .filter(OpenPull::isFetched)
                                    .forEach(pull -> running.add(pull.snapshot(now)));
                            return session;
                        }));
        running.sort(Comparator.comparingLong(ImagePull::id));
        return running;
    }

    /// How many go on.
    public int runningCount() {
        return (int)
                sessions.values().stream()
                        .flatMap(session -> session.pulls().stream())
                        .filter(OpenPull::isFetched)
                        .count();
    }
}
