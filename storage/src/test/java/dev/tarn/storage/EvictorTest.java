package dev.tarn.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tarn.oci.Digest;
import dev.tarn.storage.eviction.Eviction;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Who wants room while others do.
final class EvictorTest {

    private static final long BYTES = 1_000;

    @TempDir private Path root;
    private UpkeepFixture store;

    @BeforeEach
    void open() throws IOException {
        store = new UpkeepFixture(root);
        for (int seed = 0; seed < 5; seed++) {
            var _ = store.add(1_000, seed);
        }
    }

    @AfterEach
    void close() {
        store.close();
    }

    /// A disk that is full because of others. The first blob goes once it may.
    private final class FullDisk implements Evictor.Blobs {
        final CountDownLatch mayGo = new CountDownLatch(1);
        final AtomicInteger gone = new AtomicInteger();
        final long bytesEach;

        FullDisk(long bytesEach) {
            this.bytesEach = bytesEach;
        }

        @Override
        public int takeUses(Digest digest) {
            return 0;
        }

        @Override
        public Map<Digest, Integer> takeAllUses() {
            return Map.of();
        }

        @Override
        public boolean isInUse(Digest digest) {
            return false;
        }

        @Override
        public boolean evict(Digest digest) throws IOException {
            try {
                mayGo.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            store.rows.remove(digest);
            gone.incrementAndGet();
            return true;
        }

        @Override
        public boolean evictRemainder() {
            return false;
        }

        @Override
        public long usableBytes() {
            return gone.get() * bytesEach;
        }
    }

    @Test
    void roomThatWasMadeWhileOneWaitedIsRoomForHim() throws Exception {
        FullDisk disk = new FullDisk(BYTES);

        twoMakeRoom(disk);

        assertThat(disk.gone).hasValue(1);
    }

    @Test
    void whereTooLittleWentWhileOneWaitedMoreGoes() throws Exception {
        FullDisk disk = new FullDisk(BYTES);
        Evictor evictor = evictor(disk);
        FutureTask<Boolean> little = new FutureTask<>(() -> evictor.makeRoom(BYTES));
        FutureTask<Boolean> much = new FutureTask<>(() -> evictor.makeRoom(3 * BYTES));

        waitForEachOther(disk, little, much);

        assertThat(disk.gone).hasValue(3);
    }

    @Test
    void whoeverComesAfterwardsMakesRoomAgain() throws Exception {
        FullDisk disk = new FullDisk(BYTES);
        disk.mayGo.countDown();
        Evictor evictor = evictor(disk);

        assertThat(evictor.makeRoom(BYTES)).isTrue();
        assertThat(evictor.makeRoom(BYTES)).as("the disk took nothing nevertheless").isTrue();

        assertThat(disk.gone).hasValue(2);
    }

    private void twoMakeRoom(FullDisk disk) throws Exception {
        Evictor evictor = evictor(disk);
        waitForEachOther(
                disk,
                new FutureTask<>(() -> evictor.makeRoom(BYTES)),
                new FutureTask<>(() -> evictor.makeRoom(BYTES)));
    }

    /// The first evicts when the second comes.
    private static void waitForEachOther(
            FullDisk disk, FutureTask<Boolean> first, FutureTask<Boolean> second) throws Exception {
        start(first);
        start(second);
        disk.mayGo.countDown();
        assertThat(first.get()).isTrue();
        assertThat(second.get()).isTrue();
    }

    private static void start(FutureTask<Boolean> task) {
        Thread thread = Thread.ofPlatform().start(task);
        await().until(() -> thread.getState() == Thread.State.WAITING);
    }

    private Evictor evictor(FullDisk disk) {
        return new Evictor(
                Long.MAX_VALUE,
                new Appraiser(
                        Eviction.GDSF.policy(Long.MAX_VALUE, store.instant().toEpochMilli()),
                        store),
                store.rows,
                Set::of,
                disk,
                new SplittableRandom(1));
    }
}
