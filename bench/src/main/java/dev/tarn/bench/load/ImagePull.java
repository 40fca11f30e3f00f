package dev.tarn.bench.load;

import dev.tarn.bench.fixture.Blob;
import dev.tarn.bench.fixture.Image;
import dev.tarn.bench.fixture.Shelf;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;

/// A client that pulls an image as Docker does: the manifest by its tag, then its configuration and
/// layers, three at a time, in their order.
public record ImagePull(Endpoint endpoint, Image image, String tag, Duration patience) {

    private static final int AT_A_TIME = 3;
    private static final int BUFFER_BYTES = 1 << 18;

    /// The seconds until all was here.
    public double run() throws IOException {
        long start = System.nanoTime();
        try (Connection connection = Connection.open(endpoint, patience, BUFFER_BYTES)) {
            connection.get(Shelf.pathOf(tag), image.manifest());
            Queue<Blob> queue = new ConcurrentLinkedQueue<>();
            queue.add(image.config());
            queue.addAll(image.layers());
            List<Callable<Long>> workers = new ArrayList<>();
            workers.add(() -> work(connection, queue));
            for (int i = 1; i < AT_A_TIME; i++) {
                workers.add(() -> workOnItsOwnConnection(queue));
            }
            return (Collections.max(Crowd.all(workers)) - start) / 1e9;
        }
    }

    /// The seconds until the last of so many clients at once has all.
    public double runByMany(int clients) throws IOException {
        return Collections.max(Crowd.all(Collections.nCopies(clients, this::run)));
    }

    private long workOnItsOwnConnection(Queue<Blob> queue) throws IOException {
        try (Connection connection = Connection.open(endpoint, patience, BUFFER_BYTES)) {
            return work(connection, queue);
        }
    }

    private static long work(Connection connection, Queue<Blob> queue) throws IOException {
        for (Blob next = queue.poll(); next != null; next = queue.poll()) {
            connection.get(Shelf.pathOf(next), next);
        }
        return System.nanoTime();
    }
}
