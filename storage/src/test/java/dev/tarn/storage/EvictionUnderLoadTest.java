package dev.tarn.storage;

import static dev.tarn.pull.BlobStoreContract.random;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.oci.Digest;
import dev.tarn.pull.BlobContent;
import dev.tarn.pull.BlobStoreContract;
import dev.tarn.pull.IncomingBlob;
import dev.tarn.storage.eviction.Eviction;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Many who read and write while blobs have to go.
final class EvictionUnderLoadTest {

    private static final int BLOBS = 200;
    private static final int SIZE_MAX = 20_000;
    private static final int THREADS = 16;
    private static final Duration COST = Duration.ofMillis(50);

    @TempDir private Path root;

    private final List<byte[]> contents =
            IntStream.range(0, BLOBS).mapToObj(i -> random(1 + i * SIZE_MAX / BLOBS, i)).toList();
    private final List<Digest> digests =
            contents.stream().map(it -> Digest.of(Digest.Algorithm.SHA256, it)).toList();
    private final AtomicLong pulls = new AtomicLong();
    private final AtomicLong hits = new AtomicLong();

    private DiskStore open(long capacity, Eviction eviction) throws IOException {
        return DiskStore.open(
                root,
                StoreConfig.DEFAULT.withBudget(
                        new Budget(new Capacity.Bytes(capacity), eviction, List.of())));
    }

    private void inManyThreads(int threads, Callable<Long> work) throws Exception {
        List<Future<Long>> done = new ArrayList<>();
        try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
            for (int i = 0; i < threads; i++) {
                done.add(executor.submit(work));
            }
        }
        for (Future<Long> one : done) {
            one.get();
        }
    }

    /// A blob goes every 10 ms, and more than that go for room, while 100,000 pulls are answered.
    @Test
    void evictionTakesNoByteFromAnyReader() throws Exception {
        try (DiskStore store = open(BLOBS * SIZE_MAX * 2 / 5, Eviction.GDSF)) {
            AtomicLong seeds = new AtomicLong();
            AtomicLong evictions = new AtomicLong();
            try (ScheduledExecutorService evicting = Executors.newSingleThreadScheduledExecutor()) {
                var _ =
                        evicting.scheduleWithFixedDelay(
                                () -> evictOne(store, evictions), 0, 10, TimeUnit.MILLISECONDS);
                inManyThreads(
                        THREADS,
                        () -> {
                            SplittableRandom random = new SplittableRandom(seeds.getAndAdd(1));
                            while (pulls.get() < 100_000 || store.evicted().blobs() < 300) {
                                pull(store, random);
                            }
                            return pulls.get();
                        });
            }
            assertThat(evictions.get()).isGreaterThan(10);
            assertThat(hits.get()).isPositive();
            assertThat(store.usedBytes()).isEqualTo(store.byteCount()).isEqualTo(filesBytes());
        }
    }

    private static void evictOne(DiskStore store, AtomicLong evictions) {
        try {
            if (((DiskBlobStore) store.blobs()).evictor().makeRoom(0)) {
                evictions.incrementAndGet();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Nine of ten pulls are for a tenth of the blobs: one that misses waits for the disk often.
    private void pull(DiskStore store, SplittableRandom random)
            throws IOException, InterruptedException {
        int i = random.nextInt(random.nextInt(10) > 0 ? BLOBS / 10 : BLOBS);
        Optional<BlobContent> found = store.blobs().find(digests.get(i));
        if (found.isPresent()) {
            try (BlobContent content = found.get()) {
                assertThat(content.awaitSize()).isEqualTo(contents.get(i).length);
                assertThat(BlobStoreContract.read(content, 0, content.awaitSize()))
                        .isEqualTo(contents.get(i));
            }
            hits.incrementAndGet();
        } else {
            fetch(store, i);
        }
        pulls.incrementAndGet();
    }

    private void fetch(DiskStore store, int i) throws IOException, InterruptedException {
        Optional<IncomingBlob> begun = begin(store, i);
        if (begun.isPresent()) {
            byte[] bytes = contents.get(i);
            try (IncomingBlob incoming = begun.get()) {
                if (i % 3 > 0) { // of the others nobody knows the size before
                    incoming.reserve(bytes.length);
                }
                incoming.write(0, ByteBuffer.wrap(bytes));
                incoming.commit(bytes.length, COST);
                try (var reader = incoming.open()) {
                    assertThat(BlobStoreContract.read(reader, 0, bytes.length)).isEqualTo(bytes);
                }
            }
        }
    }

    /// Empty where another thread is at it.
    private Optional<IncomingBlob> begin(DiskStore store, int i) {
        try {
            return Optional.of(store.blobs().begin(digests.get(i)));
        } catch (IOException e) {
            assertThat(e).hasMessageContaining("is being filled already");
            return Optional.empty();
        }
    }

    private long filesBytes() throws IOException {
        try (Stream<Path> tree = Files.walk(root.resolve("blobs"))) {
            return tree.filter(Files::isRegularFile).mapToLong(it -> it.toFile().length()).sum();
        }
    }

    @ParameterizedTest
    @EnumSource
    void tenTimesTheCapacityNeverTakesMoreThanOneBlobTooMuch(Eviction eviction) throws Exception {
        long capacity = 20L * SIZE_MAX;
        AtomicLong written = new AtomicLong();
        AtomicLong seeds = new AtomicLong(1_000);
        AtomicLong most = new AtomicLong();
        try (DiskStore store = open(capacity, eviction)) {
            inManyThreads(
                    THREADS,
                    () -> {
                        while (written.get() < 10 * capacity) {
                            long seed = seeds.getAndIncrement();
                            written.addAndGet(write(store, seed, most));
                        }
                        return written.get();
                    });
            assertThat(most.get()).isGreaterThan(capacity / 2).isLessThanOrEqualTo(capacity);
            assertThat(filesBytes()).isEqualTo(store.byteCount()).isEqualTo(store.usedBytes());
            assertThat(store.evicted().bytes()).isGreaterThanOrEqualTo(8 * capacity);
        }
    }

    /// Watches what the store takes up after every step, incoming files included.
    private long write(DiskStore store, long seed, AtomicLong most) throws IOException {
        byte[] bytes = random(1 + (int) (seed * 7_919 % SIZE_MAX), seed);
        try (IncomingBlob incoming =
                store.blobs().begin(Digest.of(Digest.Algorithm.SHA256, bytes))) {
            if (seed % 2 == 0) {
                incoming.reserve(bytes.length);
            }
            for (int start = 0; start < bytes.length; start += 5_000) {
                int length = Math.min(5_000, bytes.length - start);
                incoming.write(start, ByteBuffer.wrap(bytes, start, length));
                most.accumulateAndGet(store.usedBytes(), Math::max);
            }
            incoming.commit(bytes.length, COST);
            most.accumulateAndGet(store.usedBytes(), Math::max);
        }
        return bytes.length;
    }
}
