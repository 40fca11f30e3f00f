package dev.tarn.upstream;

import dev.tarn.oci.RegistryException.UpstreamFailed;
import dev.tarn.oci.RegistryException.UpstreamFailed.Kind;
import dev.tarn.pull.Source;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.ssl.SslHandler;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLPeerUnverifiedException;

/// An answer whose head is here and whose body is on its way. One thread reads; any thread may
/// close. Read to its end, the connection goes back to the pool; closed before, it is closed.
final class Exchange implements AutoCloseable {
    private static final int DISCARDED_MAX = 16 << 10;

    private final ConnectionPool pool;
    private final Semaphore slots;
    private final Connection connection;
    private final Url url;
    private final Request request;
    private final HttpResponse head;
    private final AtomicBoolean isDone = new AtomicBoolean();
    private volatile boolean hasEnded;

    Exchange(
            ConnectionPool pool,
            Semaphore slots,
            Connection connection,
            Url url,
            Request request,
            HttpResponse head) {
        this.pool = pool;
        this.slots = slots;
        this.connection = connection;
        this.url = url;
        this.request = request;
        this.head = head;
    }

    /// Who answers.
    Url url() {
        return url;
    }

    /// What was asked.
    Request request() {
        return request;
    }

    int status() {
        return head.status().code();
    }

    Optional<String> header(CharSequence name) {
        return Optional.ofNullable(head.headers().get(name));
    }

    List<String> headers(CharSequence name) {
        return head.headers().getAll(name);
    }

    /// When the first of the certificates ends that the other side has shown; empty without TLS.
    Optional<Instant> certificateEnd() {
        SslHandler tls = connection.channel().pipeline().get(SslHandler.class);
        if (tls == null) {
            return Optional.empty();
        }
        try {
            return Arrays.stream(tls.engine().getSession().getPeerCertificates())
                    .filter(X509Certificate.class::isInstance)
                    .map(it -> ((X509Certificate) it).getNotAfter().toInstant())
                    .min(Comparator.naturalOrder());
        } catch (SSLPeerUnverifiedException e) {
            return Optional.empty();
        }
    }

    /// What the head says of the body's length.
    OptionalLong contentLength() {
        Optional<String> text = header("content-length").map(String::trim);
        boolean isNumber = text.isPresent() && text.get().matches("[0-9]{1,18}");
        return isNumber ? OptionalLong.of(Long.parseLong(text.get())) : OptionalLong.empty();
    }

    /// Refuses a body in an encoding: `identity` is all that we ask for, and nothing is decoded.
    void requireUnencoded(String what) {
        String encoding = header("content-encoding").orElse("identity");
        if (!encoding.equalsIgnoreCase("identity")) {
            throw new UpstreamFailed(
                    Kind.BAD_ANSWER, what + ": the body is in an encoding that was not asked for");
        }
    }

    /// Waits for more of the body; false once it has ended.
    boolean next(Source.Sink sink) throws InterruptedException {
        if (hasEnded) {
            return false;
        }
        ByteBuf piece = connection.next();
        if (piece == null) {
            hasEnded = true;
            if (isDone.compareAndSet(false, true)) {
                pool.keep(connection);
                slots.release();
            }
            return false;
        }
        try {
            sink.accept(piece.nioBuffers());
        } finally {
            piece.release();
        }
        return true;
    }

    /// The whole body, where it is not longer than `max`.
    byte[] readAll(int max) throws InterruptedException {
        byte[] body = announces(max) ? readSome(max) : new byte[0];
        if (!hasEnded) {
            throw new UpstreamFailed(
                    Kind.BAD_ANSWER, url.origin().host() + " sent more than " + max + " bytes");
        }
        return body;
    }

    /// The body, or little more than `max` bytes of a longer one.
    byte[] readSome(int max) throws InterruptedException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        Deadline deadline = new Deadline(connection.budgets().document());
        boolean isMore = true;
        while (isMore && body.size() <= max) {
            if (deadline.isOver()) {
                throw new UpstreamFailed(
                        Kind.SILENT, url.origin().host() + " took too long over its answer");
            }
            isMore =
                    next(pieces -> {
                        for (ByteBuffer piece : pieces) {
                            append(body, piece, max);
                        }
                    });
        }
        return body.toByteArray();
    }

    private static void append(ByteArrayOutputStream body, ByteBuffer bytes, int max) {
        byte[] part = new byte[Math.min(bytes.remaining(), max + 1 - body.size())];
        bytes.get(part);
        body.writeBytes(part);
    }

    /// Whether the body is no longer than `max`, as far as the head says.
    private boolean announces(int max) {
        return request.isHead() || contentLength().orElse(0) <= max;
    }

    /// Passes over the body, so that the connection can be used again; closes it where that would
    /// take long or fails, which is no loss: the head was all that was wanted.
    void discard() throws InterruptedException {
        try (this) {
            if (announces(DISCARDED_MAX)) {
                var _ = readSome(DISCARDED_MAX);
            }
        } catch (UpstreamFailed _) { // closed by now
        }
    }

    @Override
    public void close() {
        if (isDone.compareAndSet(false, true)) {
            connection.close();
            slots.release();
        }
    }
}
