package dev.tarn.http;

import dev.tarn.oci.ContentRange;
import dev.tarn.pull.BlobContent;
import java.nio.ByteBuffer;
import java.util.SequencedMap;
import java.util.function.Consumer;

/// An answer without a socket. Whoever sends it closes it, sent or not, and then says in `whenSent`
/// how it went.
public record Response(ResponseHead head, Body body, Consumer<Sent> whenSent)
        implements AutoCloseable {

    /// What follows the headers.
    public sealed interface Body {
        record Empty() implements Body {}

        record Bytes(ByteBuffer bytes) implements Body {}

        /// A part of a blob.
        ///
        /// @param repair how to go on where the content cannot be read
        record Blob(BlobContent content, ContentRange part, Repair repair) implements Body {}
    }

    /// How many bytes of the body have left, and whether those were all.
    public record Sent(long bytes, boolean isComplete) {}

    private static final Body EMPTY = new Body.Empty();

    public static Response empty(int status) {
        Response response = new Response(ResponseHead.of(status), EMPTY, _ -> {});
        // RFC 9110 §15.4.5: the length in a 304 would be that of the 200
        return status == 304 ? response : response.with("Content-Length", "0");
    }

    public static Response bytes(int status, String contentType, ByteBuffer bytes) {
        return new Response(ResponseHead.of(status), new Body.Bytes(bytes), _ -> {})
                .with("Content-Type", contentType)
                .with("Content-Length", Integer.toString(bytes.remaining()));
    }

    /// The content is the response's from here on.
    public static Response blob(int status, BlobContent content, ContentRange part) {
        return blob(status, content, part, Repair.NONE);
    }

    public static Response blob(int status, BlobContent content, ContentRange part, Repair repair) {
        return new Response(ResponseHead.of(status), new Body.Blob(content, part, repair), _ -> {})
                .with("Content-Type", "application/octet-stream")
                .with("Content-Length", Long.toString(part.length()));
    }

    /// One whose head has been made before.
    static Response of(ResponseHead head) {
        return new Response(head, EMPTY, _ -> {});
    }

    static Response of(ResponseHead head, ByteBuffer bytes) {
        return new Response(head, new Body.Bytes(bytes), _ -> {});
    }

    static Response of(ResponseHead head, BlobContent content, ContentRange part, Repair repair) {
        return new Response(head, new Body.Blob(content, part, repair), _ -> {});
    }

    public int status() {
        return head.status();
    }

    public SequencedMap<String, String> headers() {
        return head.headers();
    }

    public Response with(String name, String value) {
        return new Response(head.with(name, value), body, whenSent);
    }

    /// One more who is told.
    public Response whenSent(Consumer<Sent> listener) {
        return new Response(head, body, whenSent.andThen(listener));
    }

    /// The same headers and no body: the answer to a HEAD (RFC 9110 §9.3.2).
    public Response withoutBody() {
        close();
        return new Response(head, EMPTY, whenSent);
    }

    @Override
    public void close() {
        if (body instanceof Body.Blob(BlobContent content, _, _)) {
            content.close();
        }
    }
}
