package dev.tarn.upstream;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// One connection of a `FakeRegistry`: HTTP/1.1 with keep-alive, by hand, so that it can be done
/// wrong. Runs on its own virtual thread.
final class FakeConnection implements AutoCloseable {
    private static final int PIECE_BYTES = 16 << 10;
    private static final int LINE_MAX = 64 << 10;

    private final FakeRegistry registry;
    private final int number;
    private final Socket plain;
    private final Socket socket;
    private final FakePace pace = new FakePace();
    private final CountDownLatch closed = new CountDownLatch(1);

    /// `plain` carries `socket`; without TLS they are the same.
    FakeConnection(FakeRegistry registry, int number, Socket plain, Socket socket) {
        this.registry = registry;
        this.number = number;
        this.plain = plain;
        this.socket = socket;
    }

    /// Answers until either side has had enough.
    void serve() throws InterruptedException {
        try (this;
                socket) {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            OutputStream out = socket.getOutputStream();
            Optional<FakeRequest> request = read(in);
            while (request.isPresent()
                    && send(request.get(), registry.answer(request.get()), out)) {
                request = read(in);
            }
        } catch (IOException e) {
            registry.lost(e);
        }
    }

    private Optional<FakeRequest> read(InputStream in) throws IOException {
        String requestLine = line(in);
        if (requestLine.isEmpty()) {
            return Optional.empty();
        }
        Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            int colon = line.indexOf(':');
            if (colon < 0) {
                throw new IOException("not HTTP: a header without a colon");
            }
            headers.computeIfAbsent(line.substring(0, colon), _ -> new ArrayList<>())
                    .add(line.substring(colon + 1).trim());
        }
        String[] words = requestLine.split(" ", -1);
        if (words.length != 3) {
            throw new IOException("not HTTP: a request line of " + words.length + " words");
        }
        return Optional.of(new FakeRequest(number, words[0], words[1], headers));
    }

    /// The next line without its end; empty at the end of the stream too.
    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
            if (line.size() > LINE_MAX) {
                throw new IOException("a line of more than " + LINE_MAX + " bytes");
            }
            line.write(b);
        }
        return line.toString(StandardCharsets.ISO_8859_1).stripTrailing();
    }

    /// Whether the connection is still good for another request.
    private boolean send(FakeRequest request, FakeAnswer answer, OutputStream out)
            throws IOException, InterruptedException {
        await(answer.latency);
        if (answer.isHanging) {
            closed.await();
            return false;
        }
        if (answer.raw != null) {
            out.write(answer.raw);
            out.flush();
            return false;
        }
        for (int i = 0; i < answer.informational; i++) {
            out.write(ascii("HTTP/1.1 103 Early Hints\r\nLink: </x>; rel=preload\r\n\r\n"));
        }
        byte[] head = answer.head();
        out.write(head);
        if (request.method().equals("HEAD")) {
            out.flush();
            return !answer.isClosing;
        }
        return sendBody(answer, out) && !answer.isClosing;
    }

    private boolean sendBody(FakeAnswer answer, OutputStream out)
            throws IOException, InterruptedException {
        long rate = Math.min(answer.bytesPerSecond, registry.rate());
        int pieceMax = Math.clamp(rate / 50, 1, PIECE_BYTES);
        long stop = Math.min(answer.stallAfter, answer.endAfter);
        int length = answer.end - answer.start;
        int sent = 0;
        while (sent < Math.min(length, stop)) {
            int piece = (int) Math.min(pieceMax, Math.min(length, stop) - sent);
            await(pace.reserve(piece, answer.bytesPerSecond));
            await(registry.reserve(piece));
            if (answer.isChunked) {
                out.write(ascii(String.format(Locale.ROOT, "%x\r\n", piece)));
            }
            out.write(answer.content, answer.start + sent, piece);
            if (answer.isChunked) {
                out.write(ascii("\r\n"));
            }
            sent += piece;
            registry.sent(answer.digest, piece);
        }
        if (stop <= length) {
            out.flush();
            end(answer);
            return false;
        }
        if (answer.isChunked) {
            out.write(ascii("0\r\n\r\n"));
        }
        out.flush();
        return true;
    }

    private void end(FakeAnswer answer) throws IOException, InterruptedException {
        if (answer.stallAfter < answer.endAfter) {
            closed.await();
        } else if (answer.ending == FakeAnswer.Ending.RST) {
            plain.setSoLinger(true, 0);
            plain.close();
        }
    }

    private void await(Duration duration) throws IOException, InterruptedException {
        if (duration.isPositive() && closed.await(duration.toNanos(), TimeUnit.NANOSECONDS)) {
            throw new IOException("closed");
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        closed.countDown();
        registry.forget(this);
        plain.close();
    }
}
