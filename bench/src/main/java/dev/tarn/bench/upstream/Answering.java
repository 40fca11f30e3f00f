package dev.tarn.bench.upstream;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.tarn.bench.fixture.Shelf;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The upstream's end of one connection, on its own thread.
final class Answering implements AutoCloseable {

    private static final int HEAD_MAX = 1 << 16;
    private static final int PACED_BYTES = 1 << 16;
    private static final int UNPACED_BYTES = 1 << 23;
    private static final Pattern REQUEST = Pattern.compile("(GET|HEAD) (\\S+) HTTP/1\\.[01]");
    private static final Pattern RANGE = Pattern.compile("(?im)^range: *bytes=(\\d+)-(\\d*)\\s*$");

    private final SocketChannel socket;
    private final Shelf shelf;
    private final Traffic traffic;
    private final ByteBuffer in = ByteBuffer.allocate(HEAD_MAX);
    private Link link = Link.LOOPBACK;
    private TokenBucket own = bucket(link);

    Answering(SocketChannel socket, Shelf shelf, Traffic traffic) {
        this.socket = socket;
        this.shelf = shelf;
        this.traffic = traffic;
    }

    /// Waits for a request and answers it. False once the client has left.
    boolean next(Supplier<Link> currentLink, Supplier<TokenBucket> total) throws IOException {
        String head = readHead();
        if (head.isEmpty()) {
            return false;
        }
        if (!currentLink.get().equals(link)) {
            link = currentLink.get();
            own = bucket(link);
        }
        traffic.asked();
        await(link.roundTrip());
        Matcher request = REQUEST.matcher(head);
        if (!request.lookingAt()) {
            write("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            return false;
        }
        String path = request.group(2).replaceFirst("\\?.*", "").replace("%3A", ":");
        boolean withBody = request.group(1).equals("GET");
        Optional<Shelf.Item> item = shelf.find(path);
        if (item.isPresent()) {
            answer(item.get(), head, withBody, total.get());
        } else if (path.equals("/v2/")) {
            small("200 OK", "{}", withBody);
        } else {
            small("404 Not Found", "{\"errors\":[{\"code\":\"NAME_UNKNOWN\"}]}", withBody);
        }
        return true;
    }

    private String readHead() throws IOException {
        int scanned = 0;
        while (true) {
            String text = new String(in.array(), 0, in.position(), ISO_8859_1);
            int end = text.indexOf("\r\n\r\n", scanned);
            if (end >= 0) {
                in.flip().position(end + 4);
                in.compact();
                return text.substring(0, end + 2);
            }
            scanned = Math.max(0, in.position() - 3);
            if (!in.hasRemaining()) {
                throw new IOException("a head of more than " + HEAD_MAX + " bytes");
            }
            if (socket.read(in) < 0) {
                return "";
            }
        }
    }

    private void small(String status, String body, boolean withBody) throws IOException {
        write(
                "HTTP/1.1 %s\r\nDocker-Distribution-Api-Version: registry/2.0\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
                        .formatted(status, body.length(), withBody ? body : ""));
    }

    private void answer(Shelf.Item item, String head, boolean withBody, TokenBucket total)
            throws IOException {
        long size = item.blob().size();
        long start = 0;
        long end = size;
        Matcher range = RANGE.matcher(head);
        boolean isPart = range.find() && !item.isManifest();
        if (isPart) {
            start = Long.parseLong(range.group(1));
            end =
                    range.group(2).isEmpty()
                            ? size
                            : Math.min(size, Long.parseLong(range.group(2)) + 1);
            if (start >= size) {
                small("416 Range Not Satisfiable", "{}", withBody);
                return;
            }
        }
        write(
                """
                HTTP/1.1 %s\r
                Docker-Distribution-Api-Version: registry/2.0\r
                Content-Type: %s\r
                Content-Length: %d\r
                %sAccept-Ranges: bytes\r
                Docker-Content-Digest: %s\r
                ETag: "%s"\r
                \r
                """
                        .formatted(
                                isPart ? "206 Partial Content" : "200 OK",
                                item.mediaType(),
                                end - start,
                                isPart
                                        ? "Content-Range: bytes %d-%d/%d\r\n"
                                                .formatted(start, end - 1, size)
                                        : "",
                                item.blob().digest(),
                                item.blob().digest()));
        if (withBody) {
            boolean isBlob = !item.isManifest();
            if (isBlob) {
                traffic.askedForBlob();
            }
            send(item, start, end, isBlob && link.isLimited(), total);
        }
    }

    private void send(Shelf.Item item, long start, long end, boolean isPaced, TokenBucket total)
            throws IOException {
        int most = isPaced ? PACED_BYTES : UNPACED_BYTES;
        try (FileChannel file = FileChannel.open(item.blob().file(), StandardOpenOption.READ)) {
            for (long position = start; position < end; ) {
                long wanted = Math.min(most, end - position);
                if (isPaced) {
                    long now = System.nanoTime();
                    long wait = Math.max(own.reserve(wanted, now), total.reserve(wanted, now));
                    await(Duration.ofNanos(wait));
                }
                for (long to = position + wanted; position < to; ) {
                    long sent = file.transferTo(position, to - position, socket);
                    if (sent <= 0) {
                        throw new EOFException("the file of " + item.blob().digest() + " ended");
                    }
                    position += sent;
                    if (!item.isManifest()) {
                        traffic.sent(sent);
                    }
                }
            }
        }
    }

    private static TokenBucket bucket(Link link) {
        return new TokenBucket(link.connectionRate(), System.nanoTime());
    }

    void await(Duration duration) {
        long until = System.nanoTime() + duration.toNanos();
        for (long left = duration.toNanos(); left > 0; left = until - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    private void write(String text) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(ISO_8859_1));
        while (bytes.hasRemaining()) {
            socket.write(bytes);
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
