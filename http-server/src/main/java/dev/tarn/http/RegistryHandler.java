package dev.tarn.http;

import dev.tarn.oci.Accept;
import dev.tarn.oci.Digest;
import dev.tarn.pull.BlobPuller;
import dev.tarn.pull.ManifestPuller;
import dev.tarn.pull.Outcome;
import dev.tarn.pull.PullListener;
import dev.tarn.pull.PullListener.Kind;
import dev.tarn.pull.Target;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Supplier;

/// The registry API without sockets: a request in, a question out.
public final class RegistryHandler implements Handler {

    private final Supplier<UpstreamTable> upstreams;
    private final BlobPuller blobs;
    private final ManifestPuller manifests;
    private final PullListener listener;

    /// @param upstreams whose registries, which may be others for each request
    public RegistryHandler(
            Supplier<UpstreamTable> upstreams,
            BlobPuller blobs,
            ManifestPuller manifests,
            PullListener listener) {
        this.upstreams = upstreams;
        this.blobs = blobs;
        this.manifests = manifests;
        this.listener = listener;
    }

    @Override
    public Question understand(Request request) {
        try {
            return route(request);
        } catch (RuntimeException failure) {
            return settled(Asked.error(failure), request);
        }
    }

    private Question route(Request request) {
        return switch (Route.of(request.method(), request.path(), request.query())) {
            case Route.Base _ -> settled(base(request), request);
            case Route.Blob(var name, Digest digest) -> {
                Target target = upstreams.get().target(request, name);
                yield new BlobQuestion(
                        asked(request, Kind.BLOB, target, digest.toString()), blobs, digest);
            }
            case Route.Manifest(var name, var reference) -> {
                Target target = upstreams.get().target(request, name);
                Accept accept = Accept.parse(request.headers("Accept"));
                Asked asked = asked(request, Kind.MANIFEST, target, reference.toString());
                yield new ManifestQuestion(asked, manifests, reference, accept);
            }
            case Route.Tags tags -> {
                Target target = upstreams.get().target(request, tags.name());
                Asked asked = asked(request, Kind.TAGS, target, "");
                yield () ->
                        asked.answer(() ->
                                asked.found(
                                        Listing.tags(request, target, tags),
                                        Outcome.MISS,
                                        Optional.empty()));
            }
            case Route.Referrers referrers -> {
                Target target = upstreams.get().target(request, referrers.name());
                Asked asked = asked(request, Kind.REFERRERS, target, referrers.digest().toString());
                yield () ->
                        asked.answer(() ->
                                asked.found(
                                        Listing.referrers(request, target, referrers),
                                        Outcome.MISS,
                                        Optional.of(referrers.digest())));
            }
        };
    }

    /// Clients ask this first: it says that we speak the protocol, whether or not an upstream is
    /// up.
    private Response base(Request request) {
        var _ = upstreams.get().named(request.query());
        return Response.bytes(
                200, "application/json", ByteBuffer.wrap("{}".getBytes(StandardCharsets.UTF_8)));
    }

    private Asked asked(Request request, Kind kind, Target target, String reference) {
        return new Asked(
                request,
                namespace(request),
                request.header("User-Agent").orElse(""),
                request.header("traceparent"),
                kind,
                target,
                reference,
                listener);
    }

    private Question settled(Response response, Request request) {
        return Question.settled(Asked.marked(response, request, namespace(request)));
    }

    private Optional<String> namespace(Request request) {
        return request.query().find("ns").filter(upstreams.get()::knows);
    }
}
