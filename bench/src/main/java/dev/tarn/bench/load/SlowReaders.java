package dev.tarn.bench.load;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.tarn.bench.fixture.Blob;
import dev.tarn.bench.machine.Pause;
import java.io.EOFException;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Very many clients on slow lines that pull the same blob, on one thread. They leave before its
/// end.
public final class SlowReaders implements AutoCloseable {

    private static final int HEAD_MAX = 4 << 10;
    private static final int RECEIVE_BYTES = 32 << 10;
    private static final long TURN_MILLIS = 20;

    private final List<Reader> readers = new ArrayList<>();
    private final Blob blob;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 16);

    private SlowReaders(Blob blob) {
        this.blob = blob;
    }

    /// One of them: -1 while it has got no head.
    private static final class Reader {

        private final SocketChannel socket;
        private long position = -1;

        Reader(SocketChannel socket) {
            this.socket = socket;
        }
    }

    public static SlowReaders open(Endpoint endpoint, Blob blob, String path, int count)
            throws IOException {
        SlowReaders all = new SlowReaders(blob);
        byte[] request =
                "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n".formatted(path).getBytes(ISO_8859_1);
        try {
            for (int i = 0; i < count; i++) {
                SocketChannel socket = SocketChannel.open();
                all.readers.add(new Reader(socket));
                // Else the kernel would take in megabytes for a client that reads slowly.
                socket.setOption(StandardSocketOptions.SO_RCVBUF, RECEIVE_BYTES);
                socket.connect(endpoint.address());
                socket.configureBlocking(false);
                socket.write(ByteBuffer.wrap(request));
            }
            return all;
        } catch (IOException | RuntimeException e) {
            all.close();
            throw e;
        }
    }

    /// Reads for a while at this rate on each connection. How many bytes came in all.
    public long read(Duration duration, double bytesPerSecond) throws IOException {
        long start = System.nanoTime();
        long end = start + duration.toNanos();
        for (long now = start; now < end; now = System.nanoTime()) {
            long allowed = (long) ((now - start) / 1e9 * bytesPerSecond);
            for (Reader reader : readers) {
                read(reader, allowed);
            }
            Pause.millis(TURN_MILLIS);
        }
        return readers.stream().mapToLong(reader -> Math.max(0, reader.position)).sum();
    }

    /// How many have got none of it yet.
    public long waiting() {
        return readers.stream().filter(reader -> reader.position <= 0).count();
    }

    private void read(Reader reader, long allowed) throws IOException {
        boolean isHead = reader.position < 0;
        long wanted = isHead ? HEAD_MAX : Math.min(allowed, blob.size()) - reader.position;
        if (wanted <= 0) {
            return;
        }
        buffer.clear().limit((int) Math.min(wanted, buffer.capacity()));
        if (reader.socket.read(buffer) < 0) {
            throw new EOFException("a slow client was cut off after " + reader.position);
        }
        buffer.flip();
        if (isHead && buffer.hasRemaining()) {
            String text = ISO_8859_1.decode(buffer.duplicate()).toString();
            int headEnd = text.indexOf("\r\n\r\n");
            if (!text.startsWith("HTTP/1.1 200") || headEnd < 0) {
                throw new IOException("a slow client got: " + text);
            }
            buffer.position(headEnd + 4);
            reader.position = 0;
        }
        if (buffer.hasRemaining()) {
            if (!blob.has(reader.position, buffer)) {
                throw new WrongByteException(
                        "a slow client got a wrong byte after byte " + reader.position);
            }
            reader.position += buffer.remaining();
        }
    }

    @Override
    public void close() throws IOException {
        for (Reader reader : readers) {
            reader.socket.close();
        }
    }
}
