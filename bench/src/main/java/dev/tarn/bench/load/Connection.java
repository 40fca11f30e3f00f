package dev.tarn.bench.load;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.tarn.bench.fixture.Blob;
import io.netty.handler.ssl.SslContext;
import java.io.EOFException;
import java.io.File;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A client's keep-alive connection. Every byte of a body is compared with what it should be as it
/// arrives. One thread, blocking; it is cut once its life is over.
public final class Connection implements AutoCloseable {

    private static final int BUFFER_BYTES = 1 << 20;
    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.1 (\\d{3})");
    private static final Pattern LENGTH = Pattern.compile("(?im)^content-length: *(\\d+)\\s*$");
    private static final String ACCEPT =
            "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, */*";
    private static final ScheduledExecutorService CLOCK =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("deadlines").factory());
    private static volatile @Nullable SslContext tls;

    private final Wire wire;
    private final ByteBuffer in;
    private final Future<?> deadline;

    private Connection(Wire wire, SocketChannel socket, int bufferBytes, Duration life) {
        this.wire = wire;
        this.in = ByteBuffer.allocateDirect(bufferBytes);
        this.deadline = CLOCK.schedule(() -> cut(socket), life.toMillis(), TimeUnit.MILLISECONDS);
    }

    /// Whom connections over TLS trust from now on.
    public static void trust(File authority) throws IOException {
        tls = TlsWire.context(authority);
    }

    public static Connection open(Endpoint endpoint, Duration life) throws IOException {
        return open(endpoint, life, BUFFER_BYTES);
    }

    /// With a smaller buffer, where there are many.
    public static Connection open(Endpoint endpoint, Duration life, int bufferBytes)
            throws IOException {
        SocketChannel socket = SocketChannel.open();
        try {
            socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
            socket.connect(endpoint.address());
            SslContext context = tls;
            if (endpoint.isTls() && context == null) {
                throw new IllegalStateException("nobody to trust");
            }
            Wire wire =
                    endpoint.isTls() && context != null
                            ? TlsWire.connect(socket, context)
                            : new Wire.Plain(socket);
            return new Connection(wire, socket, bufferBytes, life);
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    /// Asks for whatever is at `path`.
    public Answer get(String path) throws IOException {
        return get(path, null, Pace.UNLIMITED);
    }

    /// Asks for `expected` at `path`. A 200 with other bytes is a `WrongByteException`; another
    /// status, and an answer that ends early, is an `IOException`.
    public Answer get(String path, Blob expected) throws IOException {
        return get(path, expected, Pace.UNLIMITED);
    }

    /// The same, reading no faster than `pace`.
    public Answer get(String path, @Nullable Blob expected, Pace pace) throws IOException {
        long asked = System.nanoTime();
        wire.write(
                ByteBuffer.wrap(
                        "GET %s HTTP/1.1\r\nHost: localhost\r\nUser-Agent: bench\r\nAccept: %s\r\n\r\n"
                                .formatted(path, ACCEPT)
                                .getBytes(ISO_8859_1)));
        in.clear();
        String head = readHead();
        long size = length(head);
        int status = status(head);
        if (expected != null && status != 200) {
            throw new IOException("%s: %s\n%s".formatted(path, head, firstWords()));
        }
        if (expected != null && size != expected.size()) {
            throw new WrongByteException(
                    "%s: %d bytes expected, but it says: %s"
                            .formatted(path, expected.size(), head));
        }
        long position = 0;
        long firstByte = in.hasRemaining() ? System.nanoTime() : 0;
        while (true) {
            if (in.remaining() > size - position) {
                throw new WrongByteException(path + ": more bytes than " + size);
            }
            if (expected != null && !expected.has(position, in)) {
                throw new WrongByteException(
                        "%s: a wrong byte after byte %d".formatted(path, position));
            }
            position += in.remaining();
            if (position == size) {
                break;
            }
            pace.await(position);
            in.clear();
            if (wire.read(in) < 0) {
                throw new EOFException(
                        "%s: ended after %d of %d bytes".formatted(path, position, size));
            }
            in.flip();
            if (firstByte == 0) {
                firstByte = System.nanoTime();
            }
        }
        long lastByte = System.nanoTime();
        return new Answer(status, size, asked, firstByte == 0 ? lastByte : firstByte, lastByte);
    }

    private String readHead() throws IOException {
        int scanned = 0;
        while (true) {
            if (wire.read(in) < 0) {
                throw new EOFException("closed before the head of an answer");
            }
            for (int i = scanned; i + 3 < in.position(); i++) {
                if (in.getInt(i) == 0x0d0a0d0a) {
                    byte[] head = new byte[i + 2];
                    in.flip().get(head).position(i + 4);
                    return new String(head, ISO_8859_1);
                }
            }
            scanned = Math.max(0, in.position() - 3);
        }
    }

    /// What has come of a body that nobody asked for.
    private String firstWords() {
        return ISO_8859_1.decode(in.slice(in.position(), Math.min(in.remaining(), 500))).toString();
    }

    private static int status(String head) throws IOException {
        Matcher status = STATUS.matcher(head);
        if (!status.lookingAt()) {
            throw new IOException("no answer: " + head);
        }
        return Integer.parseInt(status.group(1));
    }

    private static long length(String head) throws IOException {
        Matcher length = LENGTH.matcher(head);
        if (!length.find()) {
            throw new IOException("an answer without a length: " + head);
        }
        return Long.parseLong(length.group(1));
    }

    private static void cut(SocketChannel socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // Nobody reads from it any more.
        }
    }

    @Override
    public void close() throws IOException {
        deadline.cancel(false);
        wire.close();
    }
}
