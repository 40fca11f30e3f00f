package dev.tarn.storage;

import static dev.tarn.pull.BlobStoreContract.commit;
import static dev.tarn.pull.BlobStoreContract.random;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.oci.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The index knows how many blobs there are, and how many bytes, without reading their rows. That a
/// killed process leaves it right is shown by `CrashTest`.
final class BlobTotalsTest {

    private static final int DIGESTS = 40;
    private static final long SIZE_MAX = 1L << 40;

    @TempDir private Path folder;
    private Layout layout = new Layout(Path.of(""));

    @BeforeEach
    void createStore() throws IOException {
        layout = new Layout(folder.resolve("store"));
        DiskStore.open(layout.root()).close();
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2})
    void theyAreRightWhateverHappens(long seed) throws Exception {
        Random random = new Random(seed);
        Map<Digest, Long> sizes = new HashMap<>();
        for (int opening = 0; opening < 5; opening++) {
            try (Index index = Index.open(layout)) {
                BlobRows rows = new BlobRows(index);
                assertTotals(rows, sizes);
                for (int step = 0; step < 60; step++) {
                    changeOne(rows, sizes, random);
                    assertTotals(rows, sizes);
                }
                try (Index killed = Index.open(crash("crash-" + opening))) {
                    assertTotals(new BlobRows(killed), sizes);
                }
            }
        }
    }

    @Test
    void theyAreRightWhateverHappensAtTheSameTime() throws Exception {
        List<Map<Digest, Long>> all = new ArrayList<>();
        try (Index index = Index.open(layout)) {
            BlobRows rows = new BlobRows(index);
            List<Future<Map<Digest, Long>>> changes = new ArrayList<>();
            try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                for (int seed = 100; seed < 116; seed++) {
                    Random random = new Random(seed);
                    int first = seed * DIGESTS;
                    changes.add(threads.submit(() -> changeMany(rows, random, first)));
                }
            }
            for (Future<Map<Digest, Long>> change : changes) {
                all.add(change.get());
            }
        }
        Map<Digest, Long> sizes = new HashMap<>();
        all.forEach(sizes::putAll);
        try (Index index = Index.open(layout)) {
            assertTotals(new BlobRows(index), sizes);
        }
    }

    @Test
    void anIndexThatDoesNotKnowThemCountsItsRowsOnce() throws Exception {
        try (DiskStore store = DiskStore.open(layout.root())) {
            commit(store.blobs(), digest(random(700, 1)), random(700, 1));
            commit(store.blobs(), digest(random(30, 2)), random(30, 2));
        }
        try (Index index = Index.open(layout)) {
            index.commit(
                    Change.delete(Family.ABOUT, "blob-count".getBytes(US_ASCII)),
                    Change.delete(Family.ABOUT, "blob-bytes".getBytes(US_ASCII)));
        }
        for (int opening = 0; opening < 2; opening++) {
            try (DiskStore store = DiskStore.open(layout.root())) {
                assertThat(store.blobCount()).isEqualTo(2);
                assertThat(store.byteCount()).isEqualTo(730);
            }
        }
    }

    private static Map<Digest, Long> changeMany(BlobRows rows, Random random, int first)
            throws IOException {
        Map<Digest, Long> sizes = new HashMap<>();
        for (int step = 0; step < 60; step++) {
            changeOne(rows, sizes, random, first);
        }
        return sizes;
    }

    private static void changeOne(BlobRows rows, Map<Digest, Long> sizes, Random random)
            throws IOException {
        changeOne(rows, sizes, random, 0);
    }

    private static void changeOne(BlobRows rows, Map<Digest, Long> sizes, Random random, int first)
            throws IOException {
        Digest digest = digest(String.valueOf(first + random.nextInt(DIGESTS)).getBytes(UTF_8));
        if (random.nextInt(3) == 0) {
            rows.remove(digest);
            sizes.remove(digest);
        } else {
            long size = random.nextLong(SIZE_MAX);
            rows.put(digest, Fingerprint.unverified(size));
            sizes.put(digest, size);
        }
    }

    private static Digest digest(byte[] bytes) {
        return Digest.of(Digest.Algorithm.SHA256, bytes);
    }

    private static void assertTotals(BlobRows rows, Map<Digest, Long> sizes) {
        assertThat(rows.count()).isEqualTo(sizes.size());
        assertThat(rows.bytes()).isEqualTo(sizes.values().stream().mapToLong(it -> it).sum());
    }

    /// What the disk holds at this moment, as a store that was killed would leave it.
    private Layout crash(String name) throws IOException {
        Path copy = folder.resolve(name);
        try (Stream<Path> files = Files.walk(layout.root())) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Files.copy(file, copy.resolve(layout.root().relativize(file)));
            }
        }
        return new Layout(copy);
    }
}
