package dev.tarn.bench.load;

import dev.tarn.bench.fixture.Blob;
import dev.tarn.bench.fixture.Shelf;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/// Clients that pull a large blob at a steady pace, again and again, until they are closed.
public final class Streams implements AutoCloseable {

    private static final Duration LIFE = Duration.ofMinutes(2);

    /// As much as clients read at once. With more, what is measured beside them is how long they
    /// have the processor for themselves.
    private static final int BUFFER_BYTES = 64 << 10;

    private final List<Connection> connections = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final Queue<Exception> failures = new ConcurrentLinkedQueue<>();
    private volatile boolean isClosed;

    private Streams() {}

    public static Streams open(Endpoint endpoint, Blob blob, int count, double bytesPerSecond)
            throws IOException {
        Streams streams = new Streams();
        for (int i = 0; i < count; i++) {
            Connection connection = Connection.open(endpoint, LIFE, BUFFER_BYTES);
            streams.connections.add(connection);
            streams.threads.add(
                    Thread.ofPlatform()
                            .daemon()
                            .name("stream")
                            .start(() -> streams.pull(connection, blob, bytesPerSecond)));
        }
        return streams;
    }

    private void pull(Connection connection, Blob blob, double bytesPerSecond) {
        try {
            while (!isClosed) {
                connection.get(Shelf.pathOf(blob), blob, Pace.fromNow(bytesPerSecond));
            }
        } catch (IOException | WrongByteException e) {
            if (!isClosed || e instanceof WrongByteException) {
                failures.add(e);
            }
        }
    }

    /// Leaves in the middle; throws what went wrong until then.
    @Override
    public void close() throws IOException {
        isClosed = true;
        for (Connection connection : connections) {
            connection.close();
        }
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            throw new IOException("interrupted", e);
        }
        switch (failures.peek()) {
            case null -> {}
            case WrongByteException wrong -> throw wrong;
            case Exception e -> throw new IOException("a stream broke off", e);
        }
    }
}
