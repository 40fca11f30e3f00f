package dev.tarn.http;

import static dev.tarn.oci.RegistryException.UpstreamFailed.Kind.WRONG_BYTES;

import dev.tarn.oci.Accept;
import dev.tarn.oci.ByteRange;
import dev.tarn.oci.ContentRange;
import dev.tarn.oci.Descriptor;
import dev.tarn.oci.Digest;
import dev.tarn.oci.ErrorCode;
import dev.tarn.oci.RawManifest;
import dev.tarn.oci.RegistryException;
import dev.tarn.oci.RegistryException.StoreFailed;
import dev.tarn.oci.RegistryException.UpstreamFailed;
import dev.tarn.pull.BlobContent;
import dev.tarn.pull.BlobPull;
import dev.tarn.pull.BlobPuller;
import dev.tarn.pull.BlobSize;
import dev.tarn.pull.DescriptorPull;
import dev.tarn.pull.ManifestPull;
import dev.tarn.pull.ManifestPuller;
import dev.tarn.pull.Outcome;
import dev.tarn.pull.PullListener;
import dev.tarn.pull.PullListener.Answered;
import dev.tarn.pull.PullListener.Kind;
import dev.tarn.pull.Target;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The registry API without sockets: a request in, an answer out. Runs on the virtual thread of the
/// request and waits there for whatever has to come from upstream.
public final class RegistryHandler implements Handler {

    private static final Logger LOG = LoggerFactory.getLogger(RegistryHandler.class);

    private final UpstreamTable upstreams;
    private final BlobPuller blobs;
    private final ManifestPuller manifests;
    private final PullListener listener;

    /// An answer before anybody has heard of it.
    private record Found(Response response, Outcome outcome) {}

    @FunctionalInterface
    private interface Finding {
        Found find() throws InterruptedException;
    }

    public RegistryHandler(
            UpstreamTable upstreams,
            BlobPuller blobs,
            ManifestPuller manifests,
            PullListener listener) {
        this.upstreams = upstreams;
        this.blobs = blobs;
        this.manifests = manifests;
        this.listener = listener;
    }

    @Override
    public Response answer(Request request) throws InterruptedException {
        Response response;
        try {
            response = route(request);
        } catch (RuntimeException failure) {
            response = error(failure);
        }
        Response marked =
                withNamespace(
                        request, response.with("Docker-Distribution-Api-Version", "registry/2.0"));
        return request.isHead() ? marked.withoutBody() : marked;
    }

    private Response route(Request request) throws InterruptedException {
        return switch (Route.of(request.method(), request.path(), request.query())) {
            case Route.Base _ -> base(request);
            case Route.Blob(var name, Digest digest) -> {
                Target target = upstreams.target(request, name);
                yield heard(Kind.BLOB, target, digest, () -> blob(request, target, digest));
            }
            case Route.Manifest(var name, var reference) -> {
                Target target = upstreams.target(request, name);
                Accept accept = Accept.parse(request.headers("Accept"));
                yield heard(
                        Kind.MANIFEST,
                        target,
                        reference,
                        () ->
                                request.isHead()
                                        ? described(
                                                manifests.describe(target, reference, accept),
                                                request)
                                        : manifest(
                                                manifests.pull(target, reference, accept),
                                                request));
            }
            case Route.Tags tags -> {
                Target target = upstreams.target(request, tags.name());
                yield heard(
                        Kind.TAGS,
                        target,
                        "",
                        () -> new Found(Listing.tags(request, target, tags), Outcome.MISS));
            }
            case Route.Referrers referrers -> {
                Target target = upstreams.target(request, referrers.name());
                yield heard(
                        Kind.REFERRERS,
                        target,
                        referrers.digest(),
                        () ->
                                new Found(
                                        Listing.referrers(request, target, referrers),
                                        Outcome.MISS));
            }
        };
    }

    /// Clients ask this first: it says that we speak the protocol, whether or not an upstream is
    /// up.
    private Response base(Request request) {
        var _ = upstreams.named(request.query());
        return Response.bytes(
                200, "application/json", ByteBuffer.wrap("{}".getBytes(StandardCharsets.UTF_8)));
    }

    private Found manifest(ManifestPull pull, Request request) {
        RawManifest manifest = pull.manifest();
        Response response =
                Conditions.isUnchanged(request, manifest.digest())
                        ? Response.empty(304)
                        : Response.bytes(200, manifest.mediaType().text(), manifest.bytes());
        return found(response, manifest.digest(), pull.outcome());
    }

    private Found described(DescriptorPull pull, Request request) {
        Descriptor descriptor = pull.descriptor();
        Response response =
                Conditions.isUnchanged(request, descriptor.digest())
                        ? Response.empty(304)
                        : Response.empty(200)
                                .with("Content-Type", descriptor.mediaType().text())
                                .with("Content-Length", Long.toString(descriptor.size()));
        return found(response, descriptor.digest(), pull.outcome());
    }

    private Found blob(Request request, Target target, Digest digest) throws InterruptedException {
        boolean isUnchanged = Conditions.isUnchanged(request, digest);
        if (request.isHead() || isUnchanged) {
            BlobSize size = blobs.size(target, digest);
            Response response =
                    isUnchanged
                            ? Response.empty(304)
                            : Response.empty(200)
                                    .with("Content-Type", "application/octet-stream")
                                    .with("Content-Length", Long.toString(size.bytes()))
                                    .with("Accept-Ranges", "bytes");
            return found(response, digest, size.outcome());
        }
        Optional<ByteRange> range = Conditions.range(request, digest);
        BlobPull pull = blobs.pull(target, digest, range.orElse(ByteRange.whole()));
        Response response = content(digest, pull.content(), range).with("Accept-Ranges", "bytes");
        return found(response, digest, pull.outcome());
    }

    /// Waits for the first byte before it answers: until then a failure can still be told by a
    /// status.
    private static Response content(Digest digest, BlobContent content, Optional<ByteRange> range)
            throws InterruptedException {
        boolean isHandedOver = false;
        try {
            long size = content.awaitSize();
            if (size == 0 && !digest.equals(Digest.of(digest.algorithm(), new byte[0]))) {
                // no last byte can be held back until it has been checked
                throw new UpstreamFailed(WRONG_BYTES, "an empty blob, but not by its digest");
            }
            ContentRange part = range.orElse(ByteRange.whole()).of(size);
            if (part.length() > 0) {
                var _ = content.awaitReadable(part.start());
            }
            Response response =
                    range.isPresent() && part.length() > 0
                            ? Response.blob(206, content, part).with("Content-Range", part.header())
                            : Response.blob(200, content, part);
            isHandedOver = true;
            return response;
        } finally {
            if (!isHandedOver) {
                content.close();
            }
        }
    }

    private static Found found(Response response, Digest digest, Outcome outcome) {
        Response named =
                response.with("Docker-Content-Digest", digest.toString())
                        .with("ETag", Conditions.etag(digest));
        return new Found(
                outcome == Outcome.STALE
                        // RFC 7234 §5.5.7; OCI distribution specification, "Warnings"
                        ? named.with(
                                "Warning",
                                "299 - \"from the mirror's store: the registry could not be asked"
                                        + " whether this is still so\"")
                        : named,
                outcome);
    }

    /// Tells the listener once the answer has left, whatever it was.
    private Response heard(Kind kind, Target target, Object reference, Finding finding)
            throws InterruptedException {
        long start = System.nanoTime();
        Found found;
        try {
            found = finding.find();
        } catch (RuntimeException failure) {
            found = new Found(error(failure), Outcome.FAILED);
        }
        Outcome outcome = found.outcome();
        int status = found.response().status();
        return found.response()
                .whenSent(sent ->
                        listener.answered(
                                new Answered(
                                        kind,
                                        target.repository(),
                                        reference.toString(),
                                        outcome,
                                        status,
                                        sent.bytes(),
                                        sent.isComplete(),
                                        Duration.ofNanos(System.nanoTime() - start))));
    }

    private static Response error(RuntimeException failure) {
        if (failure instanceof StoreFailed) {
            LOG.error("the store failed", failure);
        }
        if (failure instanceof RegistryException known) {
            return ErrorResponse.of(known);
        }
        LOG.error("a bug: this is answered with 500", failure);
        return ErrorResponse.of(500, ErrorCode.UNKNOWN, "");
    }

    /// Echoes an `ns` that we know (OCI distribution specification, "Registry Proxying").
    private Response withNamespace(Request request, Response response) {
        return request.query()
                .find("ns")
                .filter(upstreams::knows)
                .map(ns -> response.with("OCI-Namespace", ns))
                .orElse(response);
    }
}
