package dev.tarn.bench.faults;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.tarn.bench.fixture.Blob;
import dev.tarn.bench.fixture.Image;
import dev.tarn.bench.fixture.Shelf;
import dev.tarn.bench.load.Endpoint;
import dev.tarn.bench.load.Pace;
import dev.tarn.bench.machine.Pause;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// One request of a client on a connection of its own, who brings credentials that concern nobody
/// but the mirror.
///
/// @param start the first byte of the range that is wanted
/// @param end behind its last byte; -1 for no range
/// @param leaveAfter how many bytes the client takes before it leaves; -1 for all
/// @param from the last two parts of the client's address on loopback
record Pull(
        Endpoint endpoint,
        String path,
        Blob expected,
        long start,
        long end,
        double bytesPerSecond,
        long leaveAfter,
        Duration patience,
        int from) {

    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.1 (\\d{3})");
    private static final Pattern LENGTH = Pattern.compile("(?im)^content-length: *(\\d+)\\s*$");
    private static final int BUFFER_BYTES = 64 << 10;

    static Pull of(Endpoint endpoint, Blob blob) {
        return at(endpoint, Shelf.pathOf(blob), blob);
    }

    static Pull of(Endpoint endpoint, Image image, String tag) {
        return at(endpoint, Shelf.pathOf(tag), image.manifest());
    }

    static Pull at(Endpoint endpoint, String path, Blob blob) {
        return new Pull(
                endpoint,
                path,
                blob,
                0,
                -1,
                Double.POSITIVE_INFINITY,
                -1,
                Duration.ofSeconds(60),
                0);
    }

    Pull ranged(long first, long last) {
        return new Pull(
                endpoint, path, expected, first, last, bytesPerSecond, leaveAfter, patience, from);
    }

    Pull slowly(double rate) {
        return new Pull(endpoint, path, expected, start, end, rate, leaveAfter, patience, from);
    }

    Pull leavingAfter(long bytes) {
        return new Pull(
                endpoint, path, expected, start, end, bytesPerSecond, bytes, patience, from);
    }

    Pull from(int client) {
        return new Pull(
                endpoint, path, expected, start, end, bytesPerSecond, leaveAfter, patience, client);
    }

    Pull within(Duration time) {
        return new Pull(
                endpoint, path, expected, start, end, bytesPerSecond, leaveAfter, time, from);
    }

    /// Never throws: whatever happens is an outcome.
    Pulled run() {
        long asked = System.nanoTime();
        try (Socket socket = new Socket()) {
            if (from > 0) {
                socket.bind(
                        new InetSocketAddress(
                                InetAddress.getByAddress(
                                        new byte[] {127, 1, (byte) (from >> 8), (byte) from}),
                                0));
            }
            socket.setTcpNoDelay(true);
            socket.setSoTimeout((int) patience.toMillis());
            socket.connect(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), endpoint.port()),
                    (int) patience.toMillis());
            socket.getOutputStream().write(request().getBytes(ISO_8859_1));
            return read(socket.getInputStream(), asked);
        } catch (IOException e) {
            return Pulled.lost(e.toString(), asked);
        }
    }

    private String request() {
        String range = end < 0 ? "" : "Range: bytes=%d-%d\r\n".formatted(start, end - 1);
        return """
        GET %s HTTP/1.1\r
        Host: localhost\r
        Authorization: Basic c2VjcmV0OnNlY3JldA==\r
        Accept: application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, */*\r
        %sConnection: close\r
        \r
        """
                .formatted(path, range);
    }

    private Pulled read(InputStream in, long asked) throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        int filled = 0;
        int headEnd = -1;
        while (headEnd < 0) {
            int count = in.read(buffer, filled, buffer.length - filled);
            if (count < 0) {
                return Pulled.lost("closed before the head of an answer", asked);
            }
            filled += count;
            headEnd = new String(buffer, 0, filled, ISO_8859_1).indexOf("\r\n\r\n");
        }
        String head = new String(buffer, 0, headEnd + 2, ISO_8859_1);
        Matcher status = STATUS.matcher(head);
        Matcher length = LENGTH.matcher(head);
        if (!status.lookingAt() || !length.find()) {
            return Pulled.lost("no answer: " + head, asked);
        }
        int code = Integer.parseInt(status.group(1));
        if (code != 200 && code != 206) {
            return new Pulled(Pulled.Kind.REFUSED, code, 0, asked, 0, System.nanoTime(), head);
        }
        Body body = new Body(code == 206 ? start : 0, code, Long.parseLong(length.group(1)), asked);
        return body.read(in, buffer, headEnd + 4, filled, head);
    }

    /// The bytes of an answer as they come.
    private final class Body {

        private final long offset;
        private final int code;
        private final long length;
        private final long asked;
        private long position;
        private long firstByte;
        private long wrongAt = -1;

        Body(long offset, int code, long length, long asked) {
            this.offset = offset;
            this.code = code;
            this.length = length;
            this.asked = asked;
        }

        Pulled read(InputStream in, byte[] buffer, int from, int to, String head) {
            Pace pace = Pace.fromNow(bytesPerSecond);
            int most = Double.isFinite(bytesPerSecond) ? 4 << 10 : buffer.length;
            take(buffer, from, to - from);
            try {
                while (position < length && (leaveAfter < 0 || position < leaveAfter)) {
                    pace.await(position);
                    long room = leaveAfter < 0 ? most : Math.min(most, leaveAfter - position);
                    int count = in.read(buffer, 0, (int) room);
                    if (count < 0) {
                        return outcome(Pulled.Kind.CUT, "ended after %d of %d bytes");
                    }
                    take(buffer, 0, count);
                }
            } catch (IOException e) {
                return outcome(Pulled.Kind.CUT, "broke off after %d of %d bytes: " + e);
            }
            if (position < length) {
                return outcome(Pulled.Kind.LEFT, "left after %d of %d bytes");
            }
            long due = code == 206 ? Math.min(end, expected.size()) - start : expected.size();
            if (wrongAt >= 0 || length != due || position != length) {
                return outcome(
                        Pulled.Kind.WRONG,
                        "%d of %d bytes, wrong from " + wrongAt + ", due " + due + "\n" + head);
            }
            return outcome(Pulled.Kind.RIGHT, "%d of %d bytes");
        }

        private void take(byte[] buffer, int from, int count) {
            if (count > 0 && firstByte == 0) {
                firstByte = System.nanoTime();
            }
            if (wrongAt < 0
                    && !expected.has(offset + position, ByteBuffer.wrap(buffer, from, count))) {
                wrongAt = position;
            }
            position += count;
        }

        private Pulled outcome(Pulled.Kind kind, String text) {
            return new Pulled(
                    kind,
                    code,
                    position,
                    asked,
                    firstByte,
                    System.nanoTime(),
                    text.formatted(position, length));
        }
    }

    /// Asks until it comes out right, for so long.
    Pulled runUntilRight(Duration time) {
        long until = System.nanoTime() + time.toNanos();
        Pulled pulled = run();
        while (!pulled.isRight() && !pulled.isWrong() && System.nanoTime() < until) {
            Pause.millis(100);
            pulled = run();
        }
        return pulled;
    }
}
