package dev.tarn.pull;

import dev.tarn.oci.Digest;
import dev.tarn.oci.RegistryException;
import dev.tarn.oci.RegistryHost;
import dev.tarn.oci.Repository;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

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

    /// Who asks: an address, and what the program there calls itself.
    record Client(String address, String agent) {}

    /// What is asked of us.
    ///
    /// @param requestId by which the request is found again in logs
    /// @param traceParent the span of the client that this belongs to, if it said so: a
    ///   `traceparent` (Trace Context, W3C, §3.2), not looked into
    /// @param reference a tag or a digest; empty where neither is asked for
    record Asking(
            Client client,
            String requestId,
            Optional<String> traceParent,
            Kind kind,
            boolean isHead,
            Repository repository,
            String reference) {}

    /// One answer to a client that is about to leave.
    ///
    /// @param digest of the content that it is about, where there is some
    /// @param failure why there is none
    /// @param sentBytes how much of its body has left; any thread may ask
    record Answering(
            Asking asking,
            Outcome outcome,
            int status,
            Optional<Digest> digest,
            Optional<RegistryException> failure,
            LongSupplier sentBytes) {}

    /// How an answer ended.
    enum End {
        /// The client has all of it.
        WHOLE,
        /// The client went away, or took nothing for too long.
        LEFT,
        /// What there was to send did not come.
        BROKEN
    }

    /// Where the time of an answer went, in nanoseconds.
    ///
    /// @param total from the request to the last byte
    /// @param firstByte from the request until the answer began to leave
    /// @param client while there were bytes that the client could have taken
    /// @param disk in reading what was not in memory
    record Timing(long total, long firstByte, long client, long disk) {}

    /// One answer to a client, once its last byte has left or it broke off.
    ///
    /// @param answering the same as when it was about to leave
    /// @param status what the client was told in the end
    /// @param bytes of its body that have left
    /// @param failure why it broke off, or why there was nothing to answer
    record Answered(
            Answering answering,
            int status,
            long bytes,
            End end,
            Timing timing,
            Optional<RegistryException> failure) {

        public Asking asking() {
            return answering.asking();
        }

        /// How it came about.
        public Outcome outcome() {
            return answering.outcome();
        }

        public boolean isComplete() {
            return end == End.WHOLE;
        }
    }

    /// An answer is about to leave; the same one is told of again once it has.
    default void answering(Answering answering) {}

    void answered(Answered answer);

    /// A part of a blob did not come, and is asked for again.
    default void retried(RegistryHost upstream, RegistryException failure) {}

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
