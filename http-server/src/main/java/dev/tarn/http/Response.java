package dev.tarn.http;

import dev.tarn.oci.ContentRange;
import dev.tarn.pull.BlobContent;
import dev.tarn.pull.PullListener.End;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Consumer;

/// An answer without a socket. Whoever sends it tells its listener before and afterwards, and
/// closes it in between, sent or not.
public record Response(ResponseHead head, Body body, Listener listener) implements AutoCloseable {

    /// What follows the headers.
    public sealed interface Body {
        record Empty() implements Body {}

        record Bytes(ByteBuffer bytes) implements Body {}

        /// A part of a blob.
        ///
        /// @param repair how to go on where the content cannot be read
        record Blob(BlobContent content, ContentRange part, Repair repair) implements Body {}

        /// What comes as it happens; its end is that of the connection.
        record Stream(Chunks chunks) implements Body {}
    }

    /// Where the bytes of a stream come from.
    @FunctionalInterface
    public interface Chunks {
        /// Waits for the next ones; empty where there will be no more.
        Optional<ByteBuffer> next() throws InterruptedException;
    }

    /// Hears how an answer goes out, on whatever thread it does.
    public interface Listener {

        /// It is about to leave.
        void begun(Delivery delivery);

        /// It has left, or broke off.
        void ended(Delivery delivery, End end);

        /// Both of them, one after the other.
        default Listener and(Listener other) {
            return new Listener() {
                @Override
                public void begun(Delivery delivery) {
                    Listener.this.begun(delivery);
                    other.begun(delivery);
                }

                @Override
                public void ended(Delivery delivery, End end) {
                    Listener.this.ended(delivery, end);
                    other.ended(delivery, end);
                }
            };
        }
    }

    /// How many bytes of the body have left, and whether those were all.
    public record Sent(long bytes, boolean isComplete) {}

    /// Hears only of the end.
    private record WhenSent(Consumer<Sent> consumer) implements Listener {
        @Override
        public void begun(Delivery delivery) {}

        @Override
        public void ended(Delivery delivery, End end) {
            consumer.accept(new Sent(delivery.sentBytes(), end == End.WHOLE));
        }
    }

    private static final Listener NOBODY =
            new Listener() {
                @Override
                public void begun(Delivery delivery) {}

                @Override
                public void ended(Delivery delivery, End end) {}

                @Override
                public Listener and(Listener other) {
                    return other;
                }
            };

    private static final Body EMPTY = new Body.Empty();

    public static Response empty(int status) {
        Response response = new Response(ResponseHead.of(status), EMPTY, NOBODY);
        // RFC 9110 §15.4.5: the length in a 304 would be that of the 200
        return status == 304 ? response : response.with("Content-Length", "0");
    }

    public static Response bytes(int status, String contentType, ByteBuffer bytes) {
        return new Response(ResponseHead.of(status), new Body.Bytes(bytes), NOBODY)
                .with("Content-Type", contentType)
                .with("Content-Length", Integer.toString(bytes.remaining()));
    }

    /// Bytes that come as something happens.
    public static Response stream(String contentType, Chunks chunks) {
        return new Response(ResponseHead.of(200), new Body.Stream(chunks), NOBODY)
                .with("Content-Type", contentType);
    }

    /// The content is the response's from here on.
    public static Response blob(int status, BlobContent content, ContentRange part) {
        return blob(status, content, part, Repair.NONE);
    }

    public static Response blob(int status, BlobContent content, ContentRange part, Repair repair) {
        return new Response(ResponseHead.of(status), new Body.Blob(content, part, repair), NOBODY)
                .with("Content-Type", "application/octet-stream")
                .with("Content-Length", Long.toString(part.length()));
    }

    /// One whose head has been made before.
    static Response of(ResponseHead head) {
        return new Response(head, EMPTY, NOBODY);
    }

    static Response of(ResponseHead head, ByteBuffer bytes) {
        return new Response(head, new Body.Bytes(bytes), NOBODY);
    }

    static Response of(ResponseHead head, BlobContent content, ContentRange part, Repair repair) {
        return new Response(head, new Body.Blob(content, part, repair), NOBODY);
    }

    public int status() {
        return head.status();
    }

    public SequencedMap<String, String> headers() {
        return head.headers();
    }

    public Response with(String name, String value) {
        return new Response(head.with(name, value), body, listener);
    }

    /// One more who is told.
    public Response heardBy(Listener one) {
        return new Response(head, body, listener.and(one));
    }

    /// One more who is told how it ended.
    public Response whenSent(Consumer<Sent> consumer) {
        return heardBy(new WhenSent(consumer));
    }

    /// The same headers and no body: the answer to a HEAD (RFC 9110 §9.3.2).
    public Response withoutBody() {
        close();
        return new Response(head, EMPTY, listener);
    }

    @Override
    public void close() {
        if (body instanceof Body.Blob(BlobContent content, _, _)) {
            content.close();
        }
    }
}
