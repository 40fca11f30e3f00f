package dev.tarn.pull;

import dev.tarn.oci.Digest;
import dev.tarn.oci.RegistryException;
import dev.tarn.oci.RegistryHost;
import dev.tarn.oci.Repository;
import java.time.Duration;

/// Hears what happened, in domain words. Metrics, pull timings and logs hang on this. Called from
/// whatever thread it happened on, so an implementation is quick and never throws.
public interface PullListener {

    /// What was asked for.
    enum Kind {
        MANIFEST,
        BLOB,
        TAGS,
        REFERRERS
    }

    /// One answer to a client, once its last byte has left or it broke off.
    record Answered(
            Kind kind,
            Repository repository,
            String reference,
            Outcome outcome,
            int status,
            long bytes,
            boolean isComplete,
            Duration duration) {}

    void answered(Answered answer);

    /// A blob was downloaded, verified and committed.
    void downloaded(RegistryHost upstream, Digest digest, long bytes, Duration duration);

    /// A download ended without a blob.
    void downloadFailed(RegistryHost upstream, Digest digest, RegistryException failure);

    /// For those who do not listen.
    PullListener NOBODY =
            new PullListener() {
                @Override
                public void answered(Answered answer) {}

                @Override
                public void downloaded(
                        RegistryHost upstream, Digest digest, long bytes, Duration duration) {}

                @Override
                public void downloadFailed(
                        RegistryHost upstream, Digest digest, RegistryException failure) {}
            };
}
