package dev.tarn.cli;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Asks the mirror over a connection of its own for each request, and believes nothing: what counts
/// is what came off the wire and how it ended.
public final class PullClient {

    /// Takes the body piece by piece.
    @FunctionalInterface
    public interface Sink {
        /// Whether the client wants more; where not, it hangs up.
        boolean accept(byte[] buffer, int length);
    }

    private static final int TIMEOUT_MILLIS = 60_000;
    private static final int BUFFER_BYTES = 128 << 10;

    private final URI mirror;

    public PullClient(URI mirror) {
        this.mirror = mirror;
    }

    /// Where the mirror is.
    public URI uri() {
        return mirror;
    }

    /// A GET. `headers` are names and values in turn.
    public Answer get(String target, String... headers) {
        return send("GET", target, headers);
    }

    public Answer head(String target, String... headers) {
        return send("HEAD", target, headers);
    }

    public Answer send(String method, String target, String... headers) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        Answer answer =
                exchange(
                        method,
                        target,
                        (buffer, length) -> {
                            body.write(buffer, 0, length);
                            return true;
                        },
                        headers);
        return answer.with(body.toByteArray());
    }

    /// A GET whose body is not kept.
    public Answer stream(String target, Sink sink, String... headers) {
        return exchange("GET", target, sink, headers);
    }

    private Answer exchange(String method, String target, Sink sink, String... headers) {
        long start = System.nanoTime();
        try (Socket socket = new Socket()) {
            socket.setTcpNoDelay(true);
            socket.connect(new InetSocketAddress(mirror.getHost(), mirror.getPort()));
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.getOutputStream().write(request(method, target, headers));
            InputStream in = new BufferedInputStream(socket.getInputStream(), BUFFER_BYTES);
            return read(in, method.equals("HEAD"), sink, start);
        } catch (IOException e) {
            throw new UncheckedIOException(method + " " + target + " had no answer", e);
        }
    }

    private byte[] request(String method, String target, String... headers) {
        StringBuilder request = new StringBuilder(method + " " + target + " HTTP/1.1\r\n");
        Map<String, String> all = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        all.put("Host", mirror.getAuthority());
        all.put("Connection", "close");
        for (int i = 0; i < headers.length; i += 2) {
            all.put(headers[i], headers[i + 1]);
        }
        all.forEach((name, value) -> request.append(name + ": " + value + "\r\n"));
        return request.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    private static Answer read(InputStream in, boolean isHead, Sink sink, long start)
            throws IOException {
        String first = line(in);
        if (first.isEmpty()) {
            return new Answer(0, Map.of(), 0, false, since(start)); // hung up on
        }
        int status = Integer.parseInt(first.split(" ", 3)[1]);
        Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            int colon = line.indexOf(':');
            headers.computeIfAbsent(line.substring(0, colon), _ -> new ArrayList<>())
                    .add(line.substring(colon + 1).trim());
        }
        boolean hasBody = !isHead && status != 304;
        long length = Long.parseLong(headers.getOrDefault("Content-Length", List.of("-1")).get(0));
        byte[] buffer = new byte[BUFFER_BYTES];
        long received = 0;
        boolean isClean = false;
        try {
            int count = in.read(buffer);
            while (count >= 0) {
                received += count;
                if (!sink.accept(buffer, count)) {
                    return new Answer(status, headers, received, false, since(start));
                }
                count = in.read(buffer);
            }
            isClean = true;
        } catch (IOException e) {
            // a reset is a way to break off an answer, and shows as an incomplete one
            headers.put("(ended by)", List.of(e.toString()));
        }
        boolean isComplete = isClean && received == (hasBody ? length : 0);
        return new Answer(status, headers, received, isComplete, since(start));
    }

    private static Duration since(long start) {
        return Duration.ofNanos(System.nanoTime() - start);
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0 && line.size() == 0) {
                return "";
            }
            if (b < 0) {
                throw new IOException("the connection ended within the head: '" + line + "'");
            }
            line.write(b);
        }
        return line.toString(StandardCharsets.ISO_8859_1).stripTrailing();
    }
}
