package dev.tarn.http.netty;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/// A client that writes what it likes and reads answers one by one.
final class RawClient implements Closeable {

    /// An answer as it came off the wire; header names in lower case.
    record Answer(int status, Map<String, String> headers, ByteBuffer body) {
        String text() {
            return StandardCharsets.UTF_8.decode(body.duplicate()).toString();
        }
    }

    private final Socket socket;
    private final InputStream in;

    RawClient(InetSocketAddress address) throws IOException {
        this(new Socket(), address);
    }

    RawClient(Socket socket, InetSocketAddress address) throws IOException {
        this.socket = socket;
        socket.connect(address, 5_000);
        socket.setSoTimeout(10_000);
        socket.setTcpNoDelay(true);
        in = new BufferedInputStream(socket.getInputStream());
    }

    static String get(String target) {
        return "GET " + target + " HTTP/1.1\r\nHost: m\r\n\r\n";
    }

    RawClient send(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        return this;
    }

    Answer ask(String target) throws IOException {
        return send(get(target)).answer();
    }

    /// Reads an answer and its body.
    Answer answer() throws IOException {
        Answer head = head();
        int length = Integer.parseInt(head.headers().getOrDefault("content-length", "0"));
        byte[] body = in.readNBytes(length);
        if (body.length < length) {
            throw new IOException("cut off after " + body.length + " of " + length + " bytes");
        }
        return new Answer(head.status(), head.headers(), ByteBuffer.wrap(body));
    }

    /// Reads an answer without its body.
    Answer head() throws IOException {
        String[] statusLine = line().split(" ", 3);
        Map<String, String> headers = new LinkedHashMap<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).trim());
        }
        return new Answer(Integer.parseInt(statusLine[1]), headers, ByteBuffer.allocate(0));
    }

    /// Whether the server has anything to say within that time.
    boolean hears(Duration most) throws IOException {
        socket.setSoTimeout((int) most.toMillis());
        try {
            in.mark(1);
            var _ = in.read();
            in.reset();
            return true;
        } catch (SocketTimeoutException e) {
            return false;
        } finally {
            socket.setSoTimeout(10_000);
        }
    }

    /// Whether the server has closed the connection instead of answering, once it has done either.
    boolean isGone() throws IOException {
        try {
            in.mark(1);
            if (in.read() < 0) {
                return true;
            }
            in.reset();
            return false;
        } catch (SocketException e) {
            return true;
        }
    }

    int read() throws IOException {
        return in.read();
    }

    byte[] read(int most) throws IOException {
        return in.readNBytes(most);
    }

    /// Takes some bytes; whether there were so many before the connection was cut.
    boolean takes(int count) {
        try {
            return in.readNBytes(count).length == count;
        } catch (IOException e) {
            return false;
        }
    }

    /// Whether the server has closed the connection, once it has.
    boolean isClosed() throws IOException {
        try {
            return in.read() < 0;
        } catch (SocketException e) {
            return true;
        }
    }

    /// Reads answers until the server has closed the connection; whether all were whole.
    boolean isClosedAfterWholeAnswers() throws IOException {
        while (true) {
            in.mark(1);
            if (in.read() < 0) {
                return true;
            }
            in.reset();
            var _ = answer();
        }
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new IOException("the connection closed after '" + line + "'");
            }
            if (b != '\r') {
                line.write(b);
            }
        }
        return line.toString(StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
