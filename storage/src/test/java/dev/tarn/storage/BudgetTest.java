package dev.tarn.storage;

import static dev.tarn.pull.BlobStoreContract.random;
import static dev.tarn.pull.BlobStoreContract.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tarn.oci.Digest;
import dev.tarn.oci.RegistryHost;
import dev.tarn.oci.Repository;
import dev.tarn.oci.RepositoryName;
import dev.tarn.pull.BlobContent;
import dev.tarn.pull.BlobReader;
import dev.tarn.pull.IncomingBlob;
import dev.tarn.pull.IncomingBlob.Remainder;
import dev.tarn.pull.Spans;
import dev.tarn.storage.eviction.Eviction;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.RocksDB;

/// What a store does that may hold ten blobs of 10,000 bytes.
final class BudgetTest {

    private static final int SIZE = 10_000;
    private static final long CAPACITY = 10 * SIZE;
    private static final Duration COST = Duration.ofMillis(100);

    @TempDir private Path root;

    private DiskStore open(Eviction eviction, long capacity) throws IOException {
        return DiskStore.open(
                root,
                StoreConfig.DEFAULT.withBudget(
                        new Budget(new Capacity.Bytes(capacity), eviction, List.of())));
    }

    private DiskStore open() throws IOException {
        return open(Eviction.GDSF, CAPACITY);
    }

    private static byte[] bytes(int seed) {
        return random(SIZE, seed);
    }

    private static Digest digest(int seed) {
        return Digest.of(Digest.Algorithm.SHA256, bytes(seed));
    }

    private static void store(DiskStore store, int seed) throws IOException {
        try (IncomingBlob incoming = store.blobs().begin(digest(seed))) {
            incoming.reserve(SIZE);
            incoming.write(0, ByteBuffer.wrap(bytes(seed)));
            incoming.commit(SIZE, COST);
        }
    }

    private static void fill(DiskStore store) throws IOException {
        for (int seed = 0; seed < 10; seed++) {
            store(store, seed);
        }
    }

    private static boolean has(DiskStore store, int seed) {
        return store.blobs().find(digest(seed)).map(BudgetTest::closed).isPresent();
    }

    private static BlobContent closed(BlobContent content) {
        content.close();
        return content;
    }

    private long filesBytes() throws IOException {
        try (Stream<Path> tree = Files.walk(root.resolve("blobs"))) {
            return tree.filter(Files::isRegularFile).mapToLong(it -> it.toFile().length()).sum();
        }
    }

    @ParameterizedTest
    @EnumSource
    void oneThatComesMakesAnotherGo(Eviction eviction) throws Exception {
        try (DiskStore store = open(eviction, CAPACITY)) {
            for (int seed = 0; seed < 40; seed++) {
                store(store, seed);
                assertThat(read(store.blobs(), digest(seed))).isEqualTo(bytes(seed));
            }

            assertThat(store.blobCount()).isEqualTo(10);
            assertThat(store.usedBytes()).isEqualTo(CAPACITY).isEqualTo(filesBytes());
            assertThat(store.evicted(EvictionCause.CAPACITY))
                    .isEqualTo(store.evicted())
                    .isEqualTo(new Evicted(30, 30 * SIZE));
        }
    }

    @Test
    void roomIsMadeBeforeAByteIsWritten() throws Exception {
        try (DiskStore store = open()) {
            fill(store);
            try (IncomingBlob incoming = store.blobs().begin(digest(99))) {
                incoming.reserve(3 * SIZE);

                assertThat(store.blobCount()).isEqualTo(7);
                assertThat(store.usedBytes()).isEqualTo(CAPACITY);
            }
            assertThat(store.usedBytes()).isEqualTo(7 * SIZE);
        }
    }

    @Test
    void whatIsTooLargeIsRefusedAndNothingGoesForIt() throws Exception {
        try (DiskStore store = open()) {
            fill(store);
            try (IncomingBlob incoming = store.blobs().begin(digest(99))) {
                assertThatThrownBy(() -> incoming.reserve(CAPACITY + 1))
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("no room");
                assertThatThrownBy(() -> incoming.reserve(Long.MAX_VALUE))
                        .isInstanceOf(IOException.class);
            }
            assertThat(store.blobCount()).isEqualTo(10);
        }
    }

    @Test
    void whatIsOnItsWayIsNeverEvicted() throws Exception {
        try (DiskStore store = open();
                IncomingBlob other = store.blobs().begin(digest(2))) {
            try (IncomingBlob one = store.blobs().begin(digest(1))) {
                one.reserve(6 * SIZE);
                assertThatThrownBy(() -> other.reserve(5 * SIZE)).isInstanceOf(IOException.class);
                other.reserve(4 * SIZE);
            }
            assertThat(store.usedBytes()).isEqualTo(4 * SIZE);
        }
    }

    @Test
    void aBlobOfASizeThatNobodyKnewCountsAsItComes() throws Exception {
        try (DiskStore store = open()) {
            fill(store);
            try (IncomingBlob incoming = store.blobs().begin(digest(99))) {
                for (int i = 0; i < 10; i++) {
                    incoming.write(i * 1_000L, ByteBuffer.wrap(bytes(99), i * 1_000, 1_000));
                    assertThat(store.usedBytes()).isLessThanOrEqualTo(CAPACITY);
                }
                incoming.commit(SIZE, COST);
                assertThat(store.usedBytes()).isEqualTo(CAPACITY);
            }
            assertThat(read(store.blobs(), digest(99))).isEqualTo(bytes(99));
            assertThat(store.usedBytes()).isEqualTo(CAPACITY).isEqualTo(filesBytes());
        }
    }

    @Test
    void aBlobOfUnknownSizeThatOutgrowsTheCapacityIsRefused() throws Exception {
        try (DiskStore store = open();
                IncomingBlob incoming = store.blobs().begin(digest(99))) {
            incoming.write(0, ByteBuffer.allocate((int) CAPACITY));

            assertThatThrownBy(() -> incoming.write(CAPACITY, ByteBuffer.allocate(1)))
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void whatIsReadStaysAndIsReadToItsEnd() throws Exception {
        try (DiskStore store = open()) {
            fill(store);
            List<BlobContent> readers = new ArrayList<>();
            for (int seed = 0; seed < 10; seed++) {
                readers.add(store.blobs().find(digest(seed)).orElseThrow());
            }
            try (IncomingBlob incoming = store.blobs().begin(digest(99))) {
                assertThatThrownBy(() -> incoming.reserve(SIZE)).isInstanceOf(IOException.class);
                assertThat(store.blobCount()).isEqualTo(10);

                readers.get(4).close();
                incoming.reserve(SIZE);
            }
            assertThat(has(store, 4)).isFalse();
            for (int seed : new int[] {0, 1, 2, 3, 5, 6, 7, 8, 9}) {
                assertThat(read(readers.get(seed), 0, SIZE)).isEqualTo(bytes(seed));
                readers.get(seed).close();
            }
        }
    }

    /// Who joined the download opens its file late.
    @Test
    void whatHasJustComeStaysUntilItsDownloadIsClosed() throws Exception {
        try (DiskStore store = open(Eviction.GDSF, SIZE);
                IncomingBlob next = store.blobs().begin(digest(2))) {
            try (IncomingBlob incoming = store.blobs().begin(digest(1))) {
                incoming.write(0, ByteBuffer.wrap(bytes(1)));
                incoming.commit(SIZE, COST);

                assertThatThrownBy(() -> next.reserve(SIZE)).isInstanceOf(IOException.class);
                try (BlobReader reader = incoming.open()) {
                    assertThat(read(reader, 0, SIZE)).isEqualTo(bytes(1));
                }
            }
            next.reserve(SIZE);
        }
    }

    @Test
    void whatWasUsedStaysEvenAcrossARestart() throws Exception {
        try (DiskStore store = open(Eviction.LRU, CAPACITY)) {
            fill(store);
        }
        try (DiskStore store = open(Eviction.LRU, CAPACITY)) {
            assertThat(has(store, 0)).isTrue();
        }
        try (DiskStore store = open(Eviction.LRU, CAPACITY)) {
            for (int seed = 10; seed < 19; seed++) {
                store(store, seed);
            }
            assertThat(has(store, 0)).isTrue();
            assertThat(has(store, 5)).isFalse();
        }
    }

    @Test
    void whatIsUsedNowStaysBeforeThatIsWrittenDown() throws Exception {
        try (DiskStore store = open()) {
            fill(store);
            for (int seed = 10; seed < 19; seed++) {
                assertThat(has(store, 3)).isTrue();
                assertThat(has(store, 3)).isTrue();
                store(store, seed);
            }
            assertThat(has(store, 3)).isTrue();
        }
    }

    @Test
    void aStoreAboveItsCapacityShrinksWithNobodyAsking() throws Exception {
        try (DiskStore store = open()) {
            fill(store);
        }
        try (DiskStore store = open(Eviction.GDSF, 4 * SIZE)) {
            long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
            while (store.usedBytes() > 4 * SIZE && System.nanoTime() < deadline) {
                Thread.onSpinWait();
            }
            assertThat(store.usedBytes()).isEqualTo(4 * SIZE);
            assertThat(store.blobCount()).isEqualTo(4);
        }
        assertThat(filesBytes()).isEqualTo(4 * SIZE);
    }

    @Test
    void whatADownloadLeftBehindCountsAndGoesWhenItMust() throws Exception {
        try (DiskStore store = open()) {
            try (IncomingBlob incoming = store.blobs().begin(digest(1))) {
                incoming.reserve(SIZE);
                incoming.write(0, ByteBuffer.wrap(bytes(1), 0, 3_000));
                incoming.keep(new Remainder(SIZE, Spans.of(List.of(new Spans.Span(0, 3_000)))));
            }
            assertThat(store.usedBytes()).isEqualTo(3_000);
        }
        try (DiskStore store = open()) {
            assertThat(store.usedBytes()).isEqualTo(3_000);
            try (IncomingBlob again = store.blobs().begin(digest(1))) {
                assertThat(again.remainder()).isPresent();
                again.reserve(SIZE);
                assertThat(store.usedBytes()).isEqualTo(SIZE);
                again.keep(new Remainder(SIZE, Spans.of(List.of(new Spans.Span(0, 3_000)))));
            }
            try (IncomingBlob other = store.blobs().begin(digest(2))) {
                other.reserve(CAPACITY);
                assertThat(store.usedBytes()).isEqualTo(CAPACITY);
            }
            assertThat(root.resolve("incoming")).isEmptyDirectory();
            try (IncomingBlob afresh = store.blobs().begin(digest(1))) {
                assertThat(afresh.remainder()).isEmpty();
            }
        }
    }

    @Test
    void aDiskThatIsFullBecauseOfOthersGetsRoomBelowTheCapacity() throws Exception {
        try (DiskStore store = open()) {
            fill(store);
            DiskBlobStore blobs = (DiskBlobStore) store.blobs();

            assertThat(blobs.evictor().makeRoom(0)).isTrue();
            assertThat(store.blobCount()).isEqualTo(9);
            assertThat(blobs.evictor().makeRoom(Long.MAX_VALUE)).isFalse();
            assertThat(store.blobCount()).isZero();
            assertThat(filesBytes()).isZero();
            assertThat(store.evicted(EvictionCause.DISK_FULL))
                    .isEqualTo(store.evicted())
                    .isEqualTo(new Evicted(10, 10 * SIZE));
        }
    }

    @Test
    void aCrashBetweenFileAndRowLeavesNothingThatCountsForEver() throws Exception {
        try (DiskStore store = open()) {
            fill(store);
        }
        for (int seed = 0; seed < 10; seed++) {
            Files.delete(new Layout(root).blob(digest(seed)));
        }
        try (DiskStore store = open()) {
            assertThat(has(store, 0)).isFalse();
            assertThat(store.usedBytes()).isEqualTo(9 * SIZE);
            for (int seed = 10; seed < 40; seed++) {
                store(store, seed);
            }
            assertThat(store.usedBytes()).isEqualTo(CAPACITY).isEqualTo(filesBytes());
        }
    }

    /// distribution#2367: a blob is one file, whoever pulled it, and its links outlive it.
    @Test
    void aSharedBlobThatWentIsAMissForAllAndComesBackForAll() throws Exception {
        try (DiskStore store = open(Eviction.GDSF, SIZE)) {
            Repository one = repository("team/one");
            Repository other = repository("team/other");
            store(store, 1);
            store.manifests().link(one, digest(1));
            store.manifests().link(other, digest(1));

            store(store, 2);
            assertThat(has(store, 1)).isFalse();
            assertThat(store.manifests().isLinked(one, digest(1))).isTrue();
            assertThat(store.manifests().isLinked(other, digest(1))).isTrue();

            store(store, 1);
            assertThat(read(store.blobs(), digest(1))).isEqualTo(bytes(1));
        }
    }

    private static Repository repository(String name) {
        return new Repository(new RegistryHost("docker.io"), new RepositoryName(name));
    }

    /// As a Tarn wrote it that knew nothing of eviction.
    @Test
    void anIndexFromBeforeThereWereBudgetsIsReadAndItsBlobsCanGo() throws Exception {
        try (DiskStore store = open()) {
            fill(store);
        }
        dropFamily(Family.USAGE);
        try (DiskStore store = open()) {
            assertThat(store.blobCount()).isEqualTo(10);
            assertThat(read(store.blobs(), digest(7))).isEqualTo(bytes(7));
            for (int seed = 10; seed < 15; seed++) {
                store(store, seed);
            }
            assertThat(store.blobCount()).isEqualTo(10);
            assertThat(store.evicted().blobs()).isEqualTo(5);
        }
    }

    private void dropFamily(Family dropped) throws Exception {
        List<ColumnFamilyHandle> handles = new ArrayList<>();
        String index = root.resolve("index").toString();
        try (IndexOptions options = new IndexOptions();
                RocksDB database =
                        RocksDB.open(
                                options.database(),
                                index,
                                Stream.of(Family.values())
                                        .map(it ->
                                                new ColumnFamilyDescriptor(
                                                        it.bytes(), options.family()))
                                        .toList(),
                                handles)) {
            database.dropColumnFamily(handles.get(List.of(Family.values()).indexOf(dropped)));
            handles.forEach(ColumnFamilyHandle::close);
        }
    }
}
