package dev.tarn.report;

import dev.tarn.oci.Digest;
import dev.tarn.oci.RegistryException;
import dev.tarn.oci.RegistryHost;
import dev.tarn.pull.PullListener;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/// What clients asked for lately and did not get. The same for the same reason is kept once, with
/// whoever asked last.
public final class Failures implements PullListener {

    static final int KEPT_MAX = 200;

    /// One answer that was none.
    ///
    /// @param number counts up, over all failures
    public record Failed(
            long number, Instant at, Asking asking, int status, Reason reason, String text) {}

    private record What(Kind kind, String repository, String reference, Reason reason) {}

    private final Lock lock = new ReentrantLock();
    private final LinkedHashMap<What, Failed> latest = new LinkedHashMap<>();
    private final InstantSource clock;
    private long count;

    public Failures(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public void answered(Answered answer) {
        if (OpenPull.isFailure(answer)) {
            ImagePull.Failure failure = OpenPull.failure(answer);
            Asking asking = answer.asking();
            What what =
                    new What(
                            asking.kind(),
                            asking.repository().toString(),
                            asking.reference(),
                            failure.reason());
            lock.lock();
            try {
                count++;
                latest.remove(what);
                latest.put(
                        what,
                        new Failed(
                                count,
                                clock.instant(),
                                asking,
                                answer.status(),
                                failure.reason(),
                                failure.text()));
                if (latest.size() > KEPT_MAX) {
                    latest.pollFirstEntry();
                }
            } finally {
                lock.unlock();
            }
        }
    }

    @Override
    public void downloaded(RegistryHost upstream, Digest digest, long bytes, Duration duration) {
        // all is well
    }

    @Override
    public void downloadFailed(RegistryHost upstream, Digest digest, RegistryException failure) {
        // those who wait for it hear of it with their answers
    }

    /// The newest first.
    public List<Failed> latest() {
        lock.lock();
        try {
            return new ArrayList<>(latest.values()).reversed();
        } finally {
            lock.unlock();
        }
    }
}
