package dev.tarn.bench.load;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/// A blocking connection, with or without TLS.
interface Wire extends AutoCloseable {

    /// Reads some bytes; fewer than none at the end.
    int read(ByteBuffer into) throws IOException;

    void write(ByteBuffer bytes) throws IOException;

    @Override
    void close() throws IOException;

    /// Plain TCP.
    record Plain(SocketChannel socket) implements Wire {

        @Override
        public int read(ByteBuffer into) throws IOException {
            return socket.read(into);
        }

        @Override
        public void write(ByteBuffer bytes) throws IOException {
            while (bytes.hasRemaining()) {
                socket.write(bytes);
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
