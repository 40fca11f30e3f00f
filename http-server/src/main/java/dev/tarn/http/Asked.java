package dev.tarn.http;

import dev.tarn.oci.Digest;
import dev.tarn.oci.ErrorCode;
import dev.tarn.oci.RegistryException;
import dev.tarn.oci.RegistryException.StoreFailed;
import dev.tarn.pull.Outcome;
import dev.tarn.pull.PullListener;
import dev.tarn.pull.PullListener.Answered;
import dev.tarn.pull.PullListener.Answering;
import dev.tarn.pull.PullListener.Asking;
import dev.tarn.pull.PullListener.Client;
import dev.tarn.pull.PullListener.End;
import dev.tarn.pull.PullListener.Kind;
import dev.tarn.pull.Target;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Who asked for what: what all questions have in common. Puts the marks of the protocol on the
/// answers, and tells the listener how they went.
///
/// @param namespace the `ns` of the request, where it is one that we know
/// @param agent what the client calls itself
/// @param traceParent the client's own span
record Asked(
        Request request,
        Optional<String> namespace,
        String agent,
        Optional<String> traceParent,
        Kind kind,
        Target target,
        String reference,
        PullListener listener) {

    private static final Logger LOG = LoggerFactory.getLogger(Asked.class);

    /// An answer before anybody has heard of it.
    ///
    /// @param digest of the content that it is about
    /// @param failure why there is none
    record Found(
            Response response,
            Outcome outcome,
            Optional<Digest> digest,
            Optional<RegistryException> failure) {

        Found(Response response, Outcome outcome, Optional<Digest> digest) {
            this(response, outcome, digest, Optional.empty());
        }

        /// Does something more once the client has all of the answer.
        Found whenSent(Runnable next) {
            return new Found(
                    response.whenSent(sent -> {
                        if (sent.isComplete()) {
                            next.run();
                        }
                    }),
                    outcome,
                    digest,
                    failure);
        }
    }

    @FunctionalInterface
    interface Finding {
        Found find() throws InterruptedException;
    }

    /// What was found, or why nothing was.
    Response answer(Finding finding) throws InterruptedException {
        long start = System.nanoTime();
        Found found;
        try {
            found = timed(finding.find(), start);
        } catch (RuntimeException failure) {
            found =
                    new Found(
                            marked(error(failure), request, namespace),
                            Outcome.FAILED,
                            Optional.empty(),
                            failure instanceof RegistryException known
                                    ? Optional.of(known)
                                    : Optional.empty());
        }
        return heard(found);
    }

    /// Says what was waited for; a hit waits for nothing (Server Timing, W3C, §3).
    private static Found timed(Found found, long startNanos) {
        if (found.outcome() == Outcome.HIT) {
            return found;
        }
        String timing =
                String.format(
                        Locale.ROOT,
                        "upstream;desc=\"%s\";dur=%.1f",
                        word(found.outcome()),
                        (System.nanoTime() - startNanos) / 1e6);
        return new Found(
                found.response().with("Server-Timing", timing), found.outcome(), found.digest());
    }

    private static String word(Outcome outcome) {
        return outcome.name().toLowerCase(Locale.ROOT);
    }

    /// Tells the listener when the answer leaves, and once it has, whatever it was.
    Response heard(Found found) {
        return found.response().heardBy(new Telling(found));
    }

    /// Tells in the words of the domain how one answer goes out.
    private final class Telling implements Response.Listener {
        private final Found found;
        private @Nullable Answering answering;

        Telling(Found found) {
            this.found = found;
        }

        @Override
        public void begun(Delivery delivery) {
            Answering begun =
                    new Answering(
                            new Asking(
                                    new Client(delivery.address(), agent),
                                    delivery.requestId(),
                                    traceParent,
                                    kind,
                                    request.isHead(),
                                    target.repository(),
                                    reference),
                            found.outcome(),
                            found.response().status(),
                            found.digest(),
                            found.failure(),
                            delivery::sentBytes);
            answering = begun;
            listener.answering(begun);
        }

        @Override
        public void ended(Delivery delivery, End end) {
            listener.answered(
                    new Answered(
                            Objects.requireNonNull(answering),
                            delivery.statusOr(found.response().status()),
                            delivery.sentBytes(),
                            end,
                            delivery.timing(),
                            delivery.failure().or(found::failure)));
        }
    }

    /// An answer about content that has this digest.
    Found found(Response response, Digest digest, Outcome outcome) {
        Response named =
                response.with("Docker-Content-Digest", digest.toString())
                        .with("ETag", Conditions.etag(digest));
        return found(
                outcome == Outcome.STALE
                        // RFC 7234 §5.5.7; OCI distribution specification, "Warnings"
                        ? named.with(
                                "Warning",
                                "299 - \"from the mirror's store: the registry could not be asked"
                                        + " whether this is still so\"")
                        : named,
                outcome,
                Optional.of(digest));
    }

    /// Says how it came about, so that whoever wonders about one pull need not read logs.
    Found found(Response response, Outcome outcome, Optional<Digest> digest) {
        Response told = response.with("X-Cache", word(outcome));
        return new Found(marked(told, request, namespace), outcome, digest);
    }

    /// Echoes an `ns` that we know (OCI distribution specification, "Registry Proxying").
    static Response marked(Response response, Request request, Optional<String> namespace) {
        Response versioned = response.with("Docker-Distribution-Api-Version", "registry/2.0");
        Response marked =
                namespace.map(ns -> versioned.with("OCI-Namespace", ns)).orElse(versioned);
        return request.isHead() ? marked.withoutBody() : marked;
    }

    static Response error(RuntimeException failure) {
        if (failure instanceof StoreFailed) {
            LOG.error("the store failed", failure);
        }
        if (failure instanceof RegistryException known) {
            return ErrorResponse.of(known);
        }
        LOG.error("a bug: this is answered with 500", failure);
        return ErrorResponse.of(500, ErrorCode.UNKNOWN, "");
    }
}
