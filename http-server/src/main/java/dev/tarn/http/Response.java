package dev.tarn.http;

import dev.tarn.oci.ContentRange;
import dev.tarn.pull.BlobContent;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.function.Consumer;

/// An answer without a socket. Whoever sends it closes it, sent or not, and then says in `whenSent`
/// how it went.
///
/// @param headers in the order in which they are written; `Content-Length` is among them
public record Response(
        int status, SequencedMap<String, String> headers, Body body, Consumer<Sent> whenSent)
        implements AutoCloseable {

    /// What follows the headers.
    public sealed interface Body {
        record Empty() implements Body {}

        record Bytes(ByteBuffer bytes) implements Body {}

        record Blob(BlobContent content, ContentRange part) implements Body {}
    }

    /// How many bytes of the body have left, and whether those were all.
    public record Sent(long bytes, boolean isComplete) {}

    public Response {
        headers = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(headers));
    }

    public static Response empty(int status) {
        Response response = new Response(status, new LinkedHashMap<>(), new Body.Empty(), _ -> {});
        // RFC 9110 §15.4.5: the length in a 304 would be that of the 200
        return status == 304 ? response : response.with("Content-Length", "0");
    }

    public static Response bytes(int status, String contentType, ByteBuffer bytes) {
        return new Response(status, new LinkedHashMap<>(), new Body.Bytes(bytes), _ -> {})
                .with("Content-Type", contentType)
                .with("Content-Length", Integer.toString(bytes.remaining()));
    }

    /// The content is the response's from here on.
    public static Response blob(int status, BlobContent content, ContentRange part) {
        return new Response(status, new LinkedHashMap<>(), new Body.Blob(content, part), _ -> {})
                .with("Content-Type", "application/octet-stream")
                .with("Content-Length", Long.toString(part.length()));
    }

    public Response with(String name, String value) {
        SequencedMap<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new Response(status, more, body, whenSent);
    }

    public Response whenSent(Consumer<Sent> listener) {
        return new Response(status, headers, body, listener);
    }

    /// The same headers and no body: the answer to a HEAD (RFC 9110 §9.3.2).
    public Response withoutBody() {
        close();
        return new Response(status, headers, new Body.Empty(), whenSent);
    }

    @Override
    public void close() {
        if (body instanceof Body.Blob(BlobContent content, _)) {
            content.close();
        }
    }
}
