package dev.tarn.http;

import dev.tarn.oci.ByteRange;
import dev.tarn.oci.Digest;
import java.util.Arrays;
import java.util.Optional;

/// What a client makes its request depend on. The entity tag of a manifest or blob is its digest,
/// and strong: the bytes behind it never change.
final class Conditions {

    private Conditions() {}

    static String etag(Digest digest) {
        return '"' + digest.toString() + '"';
    }

    /// Whether the client has these bytes already (RFC 9110 §13.1.2: a list, weak comparison, or
    /// `*`).
    static boolean isUnchanged(Request request, Digest digest) {
        String etag = etag(digest);
        return request.headers("If-None-Match").stream()
                .flatMap(value -> Arrays.stream(value.split(",", -1)))
                .map(String::trim)
                .map(tag -> tag.startsWith("W/") ? tag.substring(2) : tag)
                .anyMatch(tag -> tag.equals("*") || tag.equals(etag));
    }

    /// The part that is asked for; empty where that is everything. A `Range` whose `If-Range` does
    /// not hold is ignored (RFC 9110 §13.1.5: strong comparison; we give out no dates), and so is
    /// more than one range, which costs us and helps nobody (RFC 9110 §14.2 allows it).
    static Optional<ByteRange> range(Request request, Digest digest) {
        boolean holds =
                request.headers("If-Range").isEmpty()
                        || request.header("If-Range").filter(etag(digest)::equals).isPresent();
        return holds ? request.header("Range").flatMap(ByteRange::parse) : Optional.empty();
    }
}
