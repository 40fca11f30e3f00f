package dev.tarn.storage;

import static dev.tarn.pull.BlobStoreContract.commit;
import static dev.tarn.pull.BlobStoreContract.random;
import static dev.tarn.pull.BlobStoreContract.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tarn.oci.Digest;
import dev.tarn.oci.MediaType;
import dev.tarn.oci.RawManifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Every file of a closed index, damaged in every way: the store opens by itself, has every blob
/// with its bytes, no manifest with wrong ones, and in the end the right totals.
final class IndexCorruptionTest {

    private static final int CASES_MIN = 200;
    private static int cases;

    private enum Damage {
        DELETED {
            @Override
            void on(Path file, Random random) throws IOException {
                Files.delete(file);
            }
        },
        ZEROED {
            @Override
            void on(Path file, Random random) throws IOException {
                Files.write(file, new byte[(int) Files.size(file)]);
            }
        },
        FLIPPED {
            @Override
            void on(Path file, Random random) throws IOException {
                byte[] bytes = Files.readAllBytes(file);
                if (bytes.length > 0) {
                    bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
                }
                Files.write(file, bytes);
            }
        },
        HALVED {
            @Override
            void on(Path file, Random random) throws IOException {
                byte[] bytes = Files.readAllBytes(file);
                Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
            }
        };

        abstract void on(Path file, Random random) throws IOException;
    }

    @TempDir private Path folder;
    private final Map<Digest, byte[]> blobs = new HashMap<>();
    private final List<RawManifest> manifests = new ArrayList<>();

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void whateverHappensToAFileOfTheIndexTheBlobsAreServed(long seed) throws Exception {
        Random random = new Random(seed);
        Layout layout = new Layout(folder.resolve("store"));
        for (int opening = 0; opening <= seed % 3; opening++) {
            fill(layout, random);
        }
        Path pristine = folder.resolve("pristine");
        copy(layout.index(), pristine);
        for (Path file : list(pristine)) {
            for (Damage damage : Damage.values()) {
                delete(layout.index());
                copy(pristine, layout.index());
                damage.on(layout.index().resolve(file.getFileName()), random);
                assertServed(layout, "seed %d, %s %s".formatted(seed, file, damage));
                cases++;
            }
        }
    }

    @AfterAll
    static void thereWereEnough() {
        assertThat(cases).isGreaterThanOrEqualTo(CASES_MIN);
    }

    private void fill(Layout layout, Random random) throws IOException {
        try (DiskStore store = DiskStore.open(layout.root())) {
            for (int i = 0; i < 5 + random.nextInt(20); i++) {
                byte[] bytes = random(1 + random.nextInt(5_000), random.nextLong());
                Digest digest = Digest.of(Digest.Algorithm.SHA256, bytes);
                commit(store.blobs(), digest, bytes);
                blobs.put(digest, bytes);
                byte[] text = random(1 + random.nextInt(5_000), random.nextLong());
                RawManifest manifest =
                        RawManifest.of(MediaType.OCI_MANIFEST, Digest.Algorithm.SHA256, text);
                store.manifests().put(manifest);
                manifests.add(manifest);
            }
            Digest condemned = blobs.keySet().iterator().next();
            store.blobs().condemn(condemned);
            blobs.remove(condemned);
        }
    }

    private void assertServed(Layout layout, String what) throws Exception {
        try (DiskStore store = DiskStore.open(layout.root())) {
            for (Map.Entry<Digest, byte[]> blob : blobs.entrySet()) {
                assertThat(read(store.blobs(), blob.getKey())).as(what).isEqualTo(blob.getValue());
            }
            for (RawManifest manifest : manifests) {
                Optional<RawManifest> found = store.manifests().find(manifest.digest());
                found.ifPresent(it -> assertThat(it.bytes()).as(what).isEqualTo(manifest.bytes()));
            }
            long bytes = blobs.values().stream().mapToLong(it -> it.length).sum();
            await(what)
                    .pollInterval(Duration.ofMillis(5))
                    .until(() ->
                            store.trouble().isEmpty()
                                    && store.isComplete()
                                    && store.blobCount() == blobs.size()
                                    && store.byteCount() == bytes);
        }
    }

    private static List<Path> list(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.sorted().toList();
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        for (Path file : list(from)) {
            Files.copy(file, to.resolve(file.getFileName()));
        }
    }

    private static void delete(Path directory) throws IOException {
        for (Path file : list(directory)) {
            Files.delete(file);
        }
        Files.delete(directory);
    }
}
