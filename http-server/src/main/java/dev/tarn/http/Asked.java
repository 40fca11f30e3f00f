package dev.tarn.http;

import dev.tarn.oci.Digest;
import dev.tarn.oci.ErrorCode;
import dev.tarn.oci.RegistryException;
import dev.tarn.oci.RegistryException.StoreFailed;
import dev.tarn.pull.Outcome;
import dev.tarn.pull.PullListener;
import dev.tarn.pull.PullListener.Answered;
import dev.tarn.pull.PullListener.Kind;
import dev.tarn.pull.Target;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Who asked for what: what all questions have in common. Puts the marks of the protocol on the
/// answers, and tells the listener how they went.
///
/// @param namespace the `ns` of the request, where it is one that we know
record Asked(
        Request request,
        Optional<String> namespace,
        Kind kind,
        Target target,
        Object reference,
        PullListener listener) {

    private static final Logger LOG = LoggerFactory.getLogger(Asked.class);

    /// An answer before anybody has heard of it.
    record Found(Response response, Outcome outcome) {

        /// Does something more once the client has all of the answer.
        Found whenSent(Runnable next) {
            return new Found(
                    response.whenSent(sent -> {
                        if (sent.isComplete()) {
                            next.run();
                        }
                    }),
                    outcome);
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
            found = finding.find();
        } catch (RuntimeException failure) {
            found = new Found(marked(error(failure), request, namespace), Outcome.FAILED);
        }
        return heard(found, start);
    }

    /// Tells the listener once the answer has left, whatever it was.
    Response heard(Found found, long startNanos) {
        int status = found.response().status();
        return found.response()
                .whenSent(sent ->
                        listener.answered(
                                new Answered(
                                        kind,
                                        target.repository(),
                                        reference.toString(),
                                        found.outcome(),
                                        status,
                                        sent.bytes(),
                                        sent.isComplete(),
                                        Duration.ofNanos(System.nanoTime() - startNanos))));
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
                outcome);
    }

    /// Says how it came about, so that whoever wonders about one pull need not read logs.
    Found found(Response response, Outcome outcome) {
        Response told = response.with("X-Cache", outcome.name().toLowerCase(Locale.ROOT));
        return new Found(marked(told, request, namespace), outcome);
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
