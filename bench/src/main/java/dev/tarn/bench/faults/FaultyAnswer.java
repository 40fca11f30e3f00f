package dev.tarn.bench.faults;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.tarn.bench.fixture.Blob;
import dev.tarn.bench.fixture.Shelf;
import dev.tarn.bench.load.Pace;
import dev.tarn.bench.machine.Pause;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The answers on one connection of a faulty upstream, on the connection's own thread.
final class FaultyAnswer {

    private static final int PIECE_BYTES = 16 << 10;
    private static final Pattern REQUEST = Pattern.compile("(GET|HEAD) ([^ ?]+)\\S* HTTP/1\\.[01]");
    private static final Pattern RANGE = Pattern.compile("(?im)^range: *bytes=(\\d+)-(\\d*)\\s*$");
    private static final Pattern CREDENTIALS = Pattern.compile("(?im)^(authorization|cookie):");

    private final SocketChannel socket;
    private final Shelf shelf;
    private final FaultyUpstream upstream;
    private final ByteBuffer in = ByteBuffer.allocate(16 << 10);

    FaultyAnswer(SocketChannel socket, Shelf shelf, FaultyUpstream upstream) {
        this.socket = socket;
        this.shelf = shelf;
        this.upstream = upstream;
    }

    /// Waits for a request and answers it. False once this connection is over.
    boolean next() throws IOException {
        String head = readHead();
        Matcher request = REQUEST.matcher(head);
        if (!request.lookingAt()) {
            return false;
        }
        boolean isGet = request.group(1).equals("GET");
        String path = request.group(2).replace("%3A", ":");
        Matcher range = RANGE.matcher(head);
        boolean hasRange = range.find();
        long start = hasRange ? Long.parseLong(range.group(1)) : 0;
        Fault fault = upstream.asked(isGet, path, start, CREDENTIALS.matcher(head).find());
        if (fault.isHangUp()) {
            FaultyUpstream.reset(socket);
            return false;
        }
        if (fault.status() != 0) {
            refuse(fault, isGet);
            return true;
        }
        Optional<Shelf.Item> item = shelf.find(path);
        if (item.isEmpty()) {
            small(path.equals("/v2/") ? "200 OK" : "404 Not Found", isGet);
            return true;
        }
        Blob blob = item.get().blob();
        boolean isPart = hasRange && !fault.ignoresRange() && !item.get().isManifest();
        if (isPart && start >= blob.size()) {
            small("416 Range Not Satisfiable", isGet);
            return true;
        }
        long end =
                isPart && !range.group(2).isEmpty()
                        ? Math.min(blob.size(), Long.parseLong(range.group(2)) + 1)
                        : blob.size();
        return answer(item.get(), fault, isPart, isPart ? start : 0, end, isGet);
    }

    private String readHead() throws IOException {
        while (true) {
            String text = new String(in.array(), 0, in.position(), ISO_8859_1);
            int end = text.indexOf("\r\n\r\n");
            if (end >= 0) {
                in.flip().position(end + 4);
                in.compact();
                return text.substring(0, end + 2);
            }
            if (!in.hasRemaining() || socket.read(in) < 0) {
                return "";
            }
        }
    }

    private void refuse(Fault fault, boolean isGet) throws IOException {
        String wait =
                fault.retryAfterSeconds() > 0
                        ? "\r\nRetry-After: " + fault.retryAfterSeconds()
                        : "";
        small(fault.status() + " Refused" + wait, isGet);
    }

    private void small(String status, boolean isGet) throws IOException {
        String body = "{}";
        write(
                ("HTTP/1.1 %s\r\nDocker-Distribution-Api-Version: registry/2.0\r\n"
                                + "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s")
                        .formatted(status, body.length(), isGet ? body : ""));
    }

    private boolean answer(
            Shelf.Item item, Fault fault, boolean isPart, long start, long end, boolean isGet)
            throws IOException {
        Blob blob = item.blob();
        long size = blob.size() + fault.grownBy();
        long bodyEnd = end == blob.size() ? size : end;
        long length = Math.max(0, bodyEnd - start);
        String contentRange =
                isPart
                        ? "Content-Range: bytes %d-%d/%d\r\n".formatted(start, bodyEnd - 1, size)
                        : "";
        write(
                """
                HTTP/1.1 %s\r
                Docker-Distribution-Api-Version: registry/2.0\r
                Content-Type: %s\r
                Content-Length: %d\r
                %sDocker-Content-Digest: %s\r
                \r
                """
                        .formatted(
                                isPart ? "206 Partial Content" : "200 OK",
                                item.mediaType(),
                                length + fault.lengthOffBy(),
                                contentRange,
                                blob.digest()));
        return !isGet || (body(item, fault, start, length) && fault.lengthOffBy() == 0);
    }

    /// False where the connection is to be closed.
    private boolean body(Shelf.Item item, Fault fault, long start, long length) throws IOException {
        Pace pace = Pace.fromNow(fault.bytesPerSecond());
        int most = Double.isFinite(fault.bytesPerSecond()) ? PIECE_BYTES / 4 : PIECE_BYTES;
        long position = 0;
        while (position < length) {
            long stop = length;
            if (fault.cutAt() >= 0) {
                stop = Math.min(stop, fault.cutAt());
            }
            if (fault.stallAt() >= 0) {
                stop = Math.min(stop, fault.stallAt());
            }
            if (position >= stop) {
                break;
            }
            int count = (int) Math.min(most, stop - position);
            ByteBuffer piece = piece(item.blob(), start + position, count);
            if (fault.flipAt() >= position && fault.flipAt() < position + count) {
                int at = (int) (fault.flipAt() - position);
                piece.put(at, (byte) (piece.get(at) ^ 1));
            }
            write(piece);
            if (!item.isManifest()) {
                upstream.sent(count);
            }
            position += count;
            pace.await(position);
        }
        if (position == length && (fault.cutAt() < 0 || fault.cutAt() > length)) {
            return fault.stallAt() < 0 || fault.stallAt() > length || stall();
        }
        if (fault.stallAt() >= 0 && position >= fault.stallAt()) {
            return stall();
        }
        if (fault.isReset()) {
            FaultyUpstream.reset(socket);
        }
        return false;
    }

    /// Says nothing until the other end has left, or this one is killed.
    private boolean stall() throws IOException {
        while (socket.isOpen()) {
            in.clear();
            if (socket.read(in) < 0) {
                return false;
            }
            Pause.millis(1);
        }
        return false;
    }

    /// A copy: what lies behind the end of the blob is zeros.
    private static ByteBuffer piece(Blob blob, long position, int count) {
        byte[] bytes = new byte[count];
        int known = Math.clamp(blob.size() - position, 0, count);
        blob.content()
                .asSlice(Math.min(position, blob.size()), known)
                .asByteBuffer()
                .get(bytes, 0, known);
        return ByteBuffer.wrap(bytes);
    }

    private void write(String text) throws IOException {
        write(ByteBuffer.wrap(text.getBytes(ISO_8859_1)));
    }

    private void write(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            socket.write(bytes);
        }
    }
}
