package dev.tarn.storage;

import static dev.tarn.pull.BlobStoreContract.random;
import static dev.tarn.pull.BlobStoreContract.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tarn.oci.Digest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.SortedSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Tree and index are made to agree while somebody works on one of the blobs.
final class ReconciliationTest {

    private static final int SIZE = 10_000;

    @TempDir private Path root;
    private UpkeepFixture store;

    @BeforeEach
    void open() throws IOException {
        store = new UpkeepFixture(root);
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void aBlobThatSomebodyWorksOnHoldsUpNoOther() throws Exception {
        long seed = 1;
        long other =
                LongStream.iterate(seed + 1, it -> it + 1)
                        .filter(it -> firstByte(digest(it)) == firstByte(digest(seed)))
                        .findFirst()
                        .orElseThrow();
        boolean isFirst = digest(seed).hex().compareTo(digest(other).hex()) < 0;
        Digest before = addWithoutRow(isFirst ? seed : other);
        Digest busy = addWithoutRow(isFirst ? other : seed);

        FutureTask<SortedSet<Digest>> settling =
                new FutureTask<>(
                        () -> store.reconciliation.settle(before.algorithm(), firstByte(before)));
        Thread settler = Thread.ofPlatform().unstarted(settling);
        try (ExecutorService client = Executors.newVirtualThreadPerTaskExecutor()) {
            try (var _ = store.blobs.turns().await(busy)) {
                settler.start();
                await().until(() -> settler.getState() == Thread.State.WAITING);

                Future<byte[]> found = client.submit(() -> read(store.blobs, before));

                assertThat(found.get(10, TimeUnit.SECONDS))
                        .isEqualTo(random(SIZE, isFirst ? seed : other));
                assertThat(store.rows.find(busy)).isEmpty();
            }
        }

        assertThat(settling.get()).containsExactly(before, busy);
        assertThat(store.rows.find(busy)).as("nobody else has written its row").isPresent();
        assertThat(store.rows.count()).isEqualTo(2);
    }

    private static int firstByte(Digest digest) {
        return Integer.parseInt(digest.hex(), 0, 2, 16);
    }

    private static Digest digest(long seed) {
        return Digest.of(Digest.Algorithm.SHA256, random(SIZE, seed));
    }

    private Digest addWithoutRow(long seed) throws IOException {
        Digest digest = store.add(SIZE, seed);
        store.rows.remove(digest);
        store.blobs.close(); // forgets what is open
        return digest;
    }
}
