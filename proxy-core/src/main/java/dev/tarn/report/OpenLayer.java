package dev.tarn.report;

import dev.tarn.oci.Descriptor;
import dev.tarn.pull.Outcome;
import dev.tarn.pull.PullListener.Answered;
import dev.tarn.pull.PullListener.Answering;
import dev.tarn.pull.PullListener.End;
import dev.tarn.report.ImagePull.Failure;
import dev.tarn.report.ImagePull.Layer;
import dev.tarn.report.ImagePull.LayerState;
import java.time.Duration;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Optional;
import java.util.Set;

/// One blob of an image pull that goes on. A client may ask for it several times, or in parts.
final class OpenLayer {

    private final Descriptor blob;

    /// One client may ask for the same in the same way twice at once.
    private final Set<Answering> running = Collections.newSetFromMap(new IdentityHashMap<>());

    private Optional<Outcome> outcome = Optional.empty();
    private Optional<Failure> failure = Optional.empty();
    private long wholeBytes;
    private long sentBytes;
    private long nanos;
    private long clientNanos;
    private long diskNanos;
    private boolean isFetched;
    private boolean isLeft;

    OpenLayer(Descriptor blob) {
        this.blob = blob;
    }

    long size() {
        return blob.size();
    }

    void begun(Answering answer) {
        running.add(answer);
        outcome = Optional.of(outcome.orElse(answer.outcome()));
        isFetched |= answer.outcome() == Outcome.MISS;
    }

    void ended(Answered answer) {
        running.remove(answer.answering());
        sentBytes += answer.bytes();
        nanos += answer.timing().total();
        clientNanos += answer.timing().client();
        diskNanos += answer.timing().disk();
        isLeft = answer.end() == End.LEFT;
        if (OpenPull.isFailure(answer)) {
            failure = Optional.of(OpenPull.failure(answer));
        } else if (answer.end() == End.WHOLE) {
            wholeBytes += answer.bytes();
            failure = Optional.empty();
        }
    }

    /// It came from the upstream for this pull, though the mirror may have been ahead of the
    /// client.
    void fetched() {
        isFetched = true;
    }

    boolean isFetched() {
        return isFetched;
    }

    boolean isDone() {
        return running.isEmpty() && wholeBytes >= blob.size();
    }

    boolean isRunning() {
        return !running.isEmpty();
    }

    boolean isLeft() {
        return isLeft && !isDone();
    }

    Optional<Failure> failure() {
        return isDone() ? Optional.empty() : failure;
    }

    long clientNanos() {
        return clientNanos;
    }

    long diskNanos() {
        return diskNanos;
    }

    /// What is left of the time, where there was something to wait for.
    long upstreamNanos() {
        return source() == Outcome.HIT ? 0 : Math.max(0, nanos - clientNanos - diskNanos);
    }

    /// Where it came from, as far as this pull is concerned.
    Outcome source() {
        return isFetched ? Outcome.MISS : outcome.orElse(Outcome.HIT);
    }

    /// That the client has got so far.
    long bytes() {
        return sentBytes + running.stream().mapToLong(one -> one.sentBytes().getAsLong()).sum();
    }

    Layer snapshot() {
        LayerState state =
                isDone()
                        ? LayerState.DONE
                        : isRunning()
                                ? LayerState.RUNNING
                                : failure.isPresent() ? LayerState.FAILED : LayerState.WAITING;
        return new Layer(
                blob.digest(),
                blob.size(),
                bytes(),
                state,
                outcome.map(_ -> source()),
                Duration.ofNanos(nanos));
    }
}
