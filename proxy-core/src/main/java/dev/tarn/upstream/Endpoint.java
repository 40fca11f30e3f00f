package dev.tarn.upstream;

import dev.tarn.oci.Accept;
import dev.tarn.oci.ByteRange;
import dev.tarn.oci.Descriptor;
import dev.tarn.oci.Digest;
import dev.tarn.oci.ErrorCode;
import dev.tarn.oci.ManifestParser;
import dev.tarn.oci.MediaType;
import dev.tarn.oci.RawManifest;
import dev.tarn.oci.Reference;
import dev.tarn.oci.RegistryException.Malformed;
import dev.tarn.oci.RegistryException.UpstreamFailed;
import dev.tarn.oci.RegistryException.UpstreamFailed.Kind;
import dev.tarn.oci.RegistryHost;
import dev.tarn.oci.Repository;
import dev.tarn.oci.RepositoryName;
import dev.tarn.oci.Tag;
import dev.tarn.pull.PageQuery;
import dev.tarn.pull.Referrers;
import dev.tarn.pull.Source;
import dev.tarn.pull.TagPage;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/// One address of a registry, asked over HTTP as the OCI distribution specification says, as long
/// as its breakers let us. Any virtual thread may ask; many may at once.
final class Endpoint {
    private static final String OCTETS = "application/octet-stream";
    private static final int FILTERS_LENGTH_MAX = 255;

    private final RegistryHost host;
    private final RegistryClient client;
    private final ErrorAnswer errors;
    private final RateLimit rateLimit;
    private final Breaker blobs = new Breaker(System::nanoTime);
    private final Breaker metadata = new Breaker(System::nanoTime);

    /// @param rateLimit takes down what the registry says of its limit
    Endpoint(UpstreamConfig config, URI url, Network network, RateLimit rateLimit) {
        this.host = config.host();
        this.client = new RegistryClient(config, url, network, this::enterStill);
        this.errors = new ErrorAnswer(client, config.credentials());
        this.rateLimit = rateLimit;
    }

    /// What is asked of one endpoint.
    @FunctionalInterface
    interface Asking<T> {
        T ask(Endpoint endpoint) throws InterruptedException;
    }

    /// How it is doing, by the worse of its breakers.
    UpstreamStatus.Address status() {
        Breaker worse = metadata.pausedBy().isPresent() ? metadata : blobs;
        Optional<String> reason = worse.pausedBy();
        UpstreamStatus.BreakerState state =
                reason.isEmpty()
                        ? UpstreamStatus.BreakerState.CLOSED
                        : worse.isOnTrial()
                                ? UpstreamStatus.BreakerState.HALF_OPEN
                                : UpstreamStatus.BreakerState.OPEN;
        return new UpstreamStatus.Address(toString(), state, reason);
    }

    /// For how long tokens have been waited for.
    Duration tokenTime() {
        return client.tokenTime();
    }

    /// Whether to ask for blobs.
    Breaker blobs() {
        return blobs;
    }

    @Override
    public String toString() {
        return client.origin().toString();
    }

    /// Asks for anything but a blob, where that has a chance. One that has just failed several
    /// times in a row, or that told us to wait, is left alone.
    <T> T ask(Asking<T> asking) throws InterruptedException {
        T answer = metadata.ask(toString(), () -> asking.ask(this));
        metadata.succeeded();
        return answer;
    }

    private void enterStill(Lane lane) {
        Breaker breaker =
                switch (lane) {
                    case BLOBS -> blobs;
                    case METADATA -> metadata;
                };
        breaker.enterStill(toString());
    }

    static String path(RepositoryName name, String kind, String last) {
        return "/v2/" + name + "/" + kind + "/" + last;
    }

    /// What a token must be for, so that this repository can be read.
    static String scope(RepositoryName name) {
        return "repository:" + name + ":pull";
    }

    private String what(RepositoryName name, String thing) {
        return new Repository(host, name) + " " + thing;
    }

    RawManifest fetchManifest(RepositoryName name, Reference reference, Accept accept)
            throws InterruptedException {
        String what = what(name, "manifest " + reference);
        String target = path(name, "manifests", reference.toString());
        Request request = Request.get(Map.of("Accept", accept(reference, accept).header()));
        try (Exchange exchange = client.send(scope(name), target, request, Lane.METADATA)) {
            rateLimit.note(exchange);
            if (exchange.status() != 200) {
                throw errors.read(exchange, what, ErrorCode.MANIFEST_UNKNOWN);
            }
            Optional<Digest> expected =
                    switch (reference) {
                        case Digest digest -> Optional.of(digest);
                        case Tag _ -> announcedDigest(exchange, what);
                    };
            return readManifest(exchange, expected, what);
        }
    }

    /// What a digest names does not depend on what is asked for.
    private static Accept accept(Reference reference, Accept accept) {
        return switch (reference) {
            case Digest _ -> Accept.ANYTHING;
            case Tag _ -> accept;
        };
    }

    private static Optional<Digest> announcedDigest(Exchange exchange, String what) {
        try {
            return exchange.header("docker-content-digest").map(Digest::parse);
        } catch (Malformed e) {
            throw bad(what + ": Docker-Content-Digest is no digest", e);
        }
    }

    private static RawManifest readManifest(
            Exchange exchange, Optional<Digest> expected, String what) throws InterruptedException {
        exchange.requireUnencoded(what);
        MediaType contentType = contentType(exchange, what);
        byte[] body = exchange.readAll(RawManifest.SIZE_MAX);
        MediaType type =
                ManifestParser.typeOf(contentType, body)
                        .orElseThrow(() -> bad(what + ": not a manifest of type " + contentType));
        Digest.Algorithm algorithm =
                expected.map(Digest::algorithm).orElse(Digest.Algorithm.SHA256);
        RawManifest manifest = RawManifest.of(type, algorithm, body);
        if (!manifest.digest().equals(expected.orElse(manifest.digest()))) {
            throw new UpstreamFailed(
                    Kind.WRONG_BYTES, what + ": the bytes are those of " + manifest.digest());
        }
        return manifest;
    }

    private static MediaType contentType(Exchange exchange, String what) {
        try {
            return new MediaType(exchange.header("content-type").orElse(OCTETS));
        } catch (IllegalArgumentException e) {
            throw bad(what + ": Content-Type is no media type", e);
        }
    }

    Optional<Descriptor> describeManifest(RepositoryName name, Reference reference, Accept accept)
            throws InterruptedException {
        String what = what(name, "manifest " + reference);
        String target = path(name, "manifests", reference.toString());
        Request request = Request.head(Map.of("Accept", accept(reference, accept).header()));
        try (Exchange exchange = client.send(scope(name), target, request, Lane.METADATA)) {
            rateLimit.note(exchange);
            return switch (exchange.status()) {
                case 200 -> {
                    Optional<Descriptor> descriptor = descriptor(exchange, what);
                    exchange.discard();
                    yield descriptor;
                }
                case 405 -> Optional.empty(); // asked by GET, it says
                default -> throw errors.read(exchange, what, ErrorCode.MANIFEST_UNKNOWN);
            };
        }
    }

    private static Optional<Descriptor> descriptor(Exchange exchange, String what) {
        Optional<Digest> digest = announcedDigest(exchange, what);
        OptionalLong size = exchange.contentLength();
        if (digest.isEmpty() || size.isEmpty() || exchange.header("content-type").isEmpty()) {
            return Optional.empty();
        }
        MediaType type = contentType(exchange, what);
        return type.isGeneric()
                ? Optional.empty()
                : Optional.of(new Descriptor(type, digest.get(), size.getAsLong()));
    }

    /// By HEAD; where that is not answered, by the head of a GET. Presigned addresses are for one
    /// method only, so that a redirected HEAD may well be refused.
    long blobSize(RepositoryName name, Digest digest) throws InterruptedException {
        String what = what(name, "blob " + digest);
        String target = path(name, "blobs", digest.toString());
        Request request = Request.head(Map.of());
        try (Exchange exchange = client.send(scope(name), target, request, Lane.METADATA)) {
            if (exchange.status() == 200) {
                OptionalLong size = exchange.contentLength();
                exchange.discard();
                return size.isPresent() ? size.getAsLong() : fetchedSize(name, digest, what);
            }
            boolean isRefusedElsewhere =
                    exchange.status() / 100 == 4 && !client.isOwn(exchange.url());
            if (exchange.status() != 405 && !isRefusedElsewhere) {
                throw errors.read(exchange, what, ErrorCode.BLOB_UNKNOWN);
            }
        }
        return fetchedSize(name, digest, what);
    }

    private long fetchedSize(RepositoryName name, Digest digest, String what)
            throws InterruptedException {
        Source source = source(name, digest, Lane.METADATA);
        try (Source.Fetch fetch = source.fetch(new ByteRange.Between(0, 1))) {
            return fetch.size().orElseThrow(() -> bad(what + ": the upstream tells no size"));
        }
    }

    Source source(RepositoryName name, Digest digest) {
        return source(name, digest, Lane.BLOBS);
    }

    private Source source(RepositoryName name, Digest digest, Lane lane) {
        return new BlobSource(client, errors, new Repository(host, name), digest, lane);
    }

    TagPage listTags(RepositoryName name, PageQuery query) throws InterruptedException {
        String what = what(name, "tags");
        TagListing listing = TagListing.of(query);
        String target = path(name, "tags", "list") + Url.query(listing.parameters());
        Request request = Request.get(Map.of("Accept", "application/json"));
        try (Exchange exchange = client.send(scope(name), target, request, Lane.METADATA)) {
            if (exchange.status() != 200) {
                throw errors.read(exchange, what, ErrorCode.NAME_UNKNOWN);
            }
            exchange.requireUnencoded(what);
            byte[] body = exchange.readAll(StrangersJson.SIZE_MAX);
            return listing.read(body, NextPage.parse(exchange.headers("link")))
                    .orElseThrow(() -> bad(what + ": not a list of tags"));
        }
    }

    Referrers listReferrers(RepositoryName name, Digest digest, PageQuery query)
            throws InterruptedException {
        String what = what(name, "referrers of " + digest);
        String target = path(name, "referrers", digest.toString()) + Url.query(query.parameters());
        Request request = Request.get(Map.of("Accept", MediaType.OCI_INDEX.text()));
        try (Exchange exchange = client.send(scope(name), target, request, Lane.METADATA)) {
            if (exchange.status() != 200) {
                throw errors.read(exchange, what, ErrorCode.MANIFEST_UNKNOWN);
            }
            RawManifest index = readManifest(exchange, Optional.empty(), what);
            if (!index.mediaType().equals(MediaType.OCI_INDEX)) {
                throw bad(what + ": not an index");
            }
            Optional<String> filters =
                    exchange.header("oci-filters-applied")
                            .filter(text -> text.length() <= FILTERS_LENGTH_MAX);
            return new Referrers(index, filters, NextPage.parse(exchange.headers("link")));
        }
    }

    private static UpstreamFailed bad(String what) {
        return new UpstreamFailed(Kind.BAD_ANSWER, what);
    }

    private static UpstreamFailed bad(String what, Throwable cause) {
        return new UpstreamFailed(Kind.BAD_ANSWER, what, cause);
    }
}
