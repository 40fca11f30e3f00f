package dev.tarn.pull;

import dev.tarn.oci.Digest;
import dev.tarn.oci.RegistryException;
import dev.tarn.oci.RegistryHost;
import dev.tarn.oci.Repository;
import dev.tarn.oci.RepositoryName;
import dev.tarn.pull.PullListener.Answered;
import dev.tarn.pull.PullListener.Answering;
import dev.tarn.pull.PullListener.Asking;
import dev.tarn.pull.PullListener.Client;
import dev.tarn.pull.PullListener.End;
import dev.tarn.pull.PullListener.Kind;
import dev.tarn.pull.PullListener.Timing;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/// What a listener hears of one answer, said with what matters to a test.
public final class HeardAnswer {

    public static final Client CLIENT = new Client("192.0.2.7", "docker/27");

    private static final Repository REPOSITORY =
            new Repository(new RegistryHost("quay.io"), new RepositoryName("a/b"));

    private final Kind kind;
    private final String reference;
    private final AtomicLong sentBytes = new AtomicLong();
    private Client client = CLIENT;
    private boolean isHead;
    private Outcome outcome = Outcome.HIT;
    private int status = 200;
    private Optional<Digest> digest = Optional.empty();
    private Optional<RegistryException> failure = Optional.empty();
    private Optional<String> traceParent = Optional.empty();
    private Timing timing = new Timing(7_000_000, 1_000_000, 0, 0);

    private HeardAnswer(Kind kind, String reference) {
        this.kind = kind;
        this.reference = reference;
    }

    public static HeardAnswer of(Kind kind, String reference) {
        return new HeardAnswer(kind, reference);
    }

    public static HeardAnswer manifest(String reference, Digest digest) {
        return of(Kind.MANIFEST, reference).with(digest);
    }

    public static HeardAnswer blob(Digest digest) {
        return of(Kind.BLOB, digest.toString()).with(digest);
    }

    public HeardAnswer with(Digest content) {
        digest = Optional.of(content);
        return this;
    }

    public HeardAnswer to(Client other) {
        client = other;
        return this;
    }

    /// A span of the client's.
    public HeardAnswer within(String traceParent) {
        this.traceParent = Optional.of(traceParent);
        return this;
    }

    public HeardAnswer head() {
        isHead = true;
        return this;
    }

    public HeardAnswer with(Outcome other) {
        outcome = other;
        return this;
    }

    public HeardAnswer with(int other) {
        status = other;
        return this;
    }

    public HeardAnswer failed(int other, RegistryException why) {
        outcome = Outcome.FAILED;
        failure = Optional.of(why);
        return with(other);
    }

    public HeardAnswer took(Duration total, Duration client, Duration disk) {
        timing = new Timing(total.toNanos(), 1_000_000, client.toNanos(), disk.toNanos());
        return this;
    }

    public HeardAnswer sent(long bytes) {
        sentBytes.set(bytes);
        return this;
    }

    public Answering answering() {
        return new Answering(
                new Asking(client, "r-1", traceParent, kind, isHead, REPOSITORY, reference),
                outcome,
                status,
                digest,
                failure,
                sentBytes::get);
    }

    public Answered answered() {
        return answered(answering(), End.WHOLE);
    }

    public Answered answered(Answering begun, End end) {
        return new Answered(begun, status, sentBytes.get(), end, timing, failure);
    }

    /// Tells a listener of all of it.
    public void tell(PullListener listener) {
        tell(listener, End.WHOLE);
    }

    public void tell(PullListener listener, End end) {
        Answering begun = answering();
        listener.answering(begun);
        listener.answered(answered(begun, end));
    }
}
