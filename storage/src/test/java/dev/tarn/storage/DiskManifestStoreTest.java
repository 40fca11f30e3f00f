package dev.tarn.storage;

import static dev.tarn.pull.BlobStoreContract.random;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tarn.oci.Accept;
import dev.tarn.oci.Digest;
import dev.tarn.oci.MediaType;
import dev.tarn.oci.RawManifest;
import dev.tarn.oci.RegistryException;
import dev.tarn.pull.ManifestStore;
import dev.tarn.pull.ManifestStore.TagMeaning;
import dev.tarn.pull.ManifestStoreContract;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Runs the contract on RocksDB, and adds what rows can get wrong.
final class DiskManifestStoreTest extends ManifestStoreContract {

    @TempDir private Path root;
    private Layout layout;
    private Index index;
    private DiskManifestStore store;

    @BeforeEach
    void open() throws IOException {
        layout = new Layout(root);
        layout.createFolders();
        index = Index.open(layout);
        store = new DiskManifestStore(index, new Pins(List.of(), new PinFile(layout)));
    }

    @AfterEach
    void close() {
        store.close();
        index.close();
    }

    @Override
    protected ManifestStore store() {
        return store;
    }

    @Test
    void everythingIsThereAfterARestart() throws Exception {
        store.put(MANIFEST);
        store.link(ALPINE, MANIFEST.digest());
        store.putTag(ALPINE, LATEST, Accept.ANYTHING, ENTRY);

        index.close();
        open();

        assertThat(store.find(MANIFEST.digest()).orElseThrow().bytes()).isEqualTo(MANIFEST.bytes());
        assertThat(store.isLinked(ALPINE, MANIFEST.digest())).isTrue();
        assertThat(store.findTag(ALPINE, LATEST, Accept.ANYTHING)).contains(ENTRY);
    }

    @Test
    void whatWasFetchedIsThereAfterARestart() throws Exception {
        store.putFetched(
                ALPINE, MANIFEST, Optional.of(new TagMeaning(LATEST, Accept.ANYTHING, ENTRY)));

        close();
        open();

        assertThat(store.find(MANIFEST.digest()).orElseThrow().bytes()).isEqualTo(MANIFEST.bytes());
        assertThat(store.isLinked(ALPINE, MANIFEST.digest())).isTrue();
        assertThat(store.findTag(ALPINE, LATEST, Accept.ANYTHING)).contains(ENTRY);
    }

    @Test
    void whatWasFetchedIsFoundThoughItCannotBeStored() {
        index.close();

        store.putFetched(ALPINE, MANIFEST, Optional.empty());

        assertThat(store.recall(MANIFEST.digest())).isPresent();
        assertThat(store.recallsLink(ALPINE, MANIFEST.digest())).isTrue();
    }

    @Test
    void aDiskThatHangsHoldsUpNobodyAndLittleIsKeptForIt() throws Exception {
        CountDownLatch disk = new CountDownLatch(1);
        WriteBehind writes =
                new WriteBehind(changes -> {
                    try {
                        disk.await();
                    } catch (InterruptedException e) {
                        throw new IOException(e);
                    }
                    index.commit(changes);
                });
        store = new DiskManifestStore(index, new Pins(List.of(), new PinFile(layout)), writes);
        Digest first;
        Digest dropped;
        try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
            try {
                first = thread.submit(() -> fetched(0)).get(10, TimeUnit.SECONDS);
                dropped = thread.submit(() -> fetched(1, 20)).get(60, TimeUnit.SECONDS);
                assertThat(store.recall(dropped)).as("it is in memory for a while").isPresent();

                var _ = thread.submit(() -> fetched(20, 200)).get(60, TimeUnit.SECONDS);
                assertThat(writes.bytes()).isBetween(1 << 20, WriteBehind.BYTES_MAX);
            } finally {
                disk.countDown();
            }
        }
        store.awaitWrites();
        assertThat(writes.bytes()).isZero();

        store = new DiskManifestStore(index, new Pins(List.of(), new PinFile(layout)));
        assertThat(store.find(first)).isPresent();
        assertThat(store.find(dropped)).as("fetched again").isEmpty();
    }

    /// Manifests of 1 MiB come, of which this is the last.
    private Digest fetched(int start, int end) {
        return IntStream.range(start, end).mapToObj(this::fetched).toList().getLast();
    }

    private Digest fetched(int seed) {
        byte[] bytes = random(1 << 20, seed);
        RawManifest manifest =
                RawManifest.of(MediaType.OCI_MANIFEST, Digest.Algorithm.SHA256, bytes);
        store.putFetched(ALPINE, manifest, Optional.empty());
        return manifest.digest();
    }

    @Test
    void aManifestWhoseBytesHaveChangedIsMissingAndItsRowGone() throws Exception {
        store.put(MANIFEST);
        byte[] key = RowKey.of(MANIFEST.digest());
        byte[] row = Objects.requireNonNull(index.find(Family.MANIFEST, key));
        row[row.length - 1] ^= 1;
        index.commit(Change.put(Family.MANIFEST, key, row));
        store = new DiskManifestStore(index, new Pins(List.of(), new PinFile(layout)));

        assertThat(store.find(MANIFEST.digest())).isEmpty();
        assertThat(index.find(Family.MANIFEST, key)).isNull();
        store.put(MANIFEST);
        assertThat(store.find(MANIFEST.digest())).isPresent();
    }

    @Test
    void aRowOfAnUnknownVersionIsMissing() throws Exception {
        byte[] key = RowKey.of(MANIFEST.digest());
        index.commit(Change.put(Family.MANIFEST, key, new byte[] {99, 1, 2, 3}));

        assertThat(store.find(MANIFEST.digest())).isEmpty();
    }

    @Test
    void rowsThatAreCutShortAreMissing() throws Exception {
        byte[] digest = RowKey.of(MANIFEST.digest());
        byte[] tag = RowKey.of(ALPINE, LATEST, Accept.ANYTHING);
        for (byte[] row :
                new byte[][] {{}, {1}, {1, 0}, {1, 127, 127, 'a'}, {1, -1, -1}, new byte[99]}) {
            index.commit(
                    Change.put(Family.MANIFEST, digest, row), Change.put(Family.TAG, tag, row));
            assertThat(store.find(MANIFEST.digest())).isEmpty();
            assertThat(store.findTag(ALPINE, LATEST, Accept.ANYTHING)).isEmpty();
        }
    }

    @Test
    void whatIsHotIsAnsweredWithoutTheIndex() throws Exception {
        store.put(MANIFEST);
        store.link(ALPINE, MANIFEST.digest());
        store.putTag(ALPINE, LATEST, Accept.ANYTHING, ENTRY);
        index.close();

        assertThat(store.find(MANIFEST.digest())).isPresent();
        assertThat(store.isLinked(ALPINE, MANIFEST.digest())).isTrue();
        assertThat(store.findTag(ALPINE, LATEST, Accept.ANYTHING)).contains(ENTRY);
    }

    @Test
    void anIndexThatCannotBeUsedIsAFailureOfTheStore() {
        index.close();

        assertThatThrownBy(() -> store.find(MANIFEST.digest()))
                .isInstanceOf(RegistryException.StoreFailed.class)
                .hasRootCauseMessage("the store is closed");
        assertThatThrownBy(() -> store.put(MANIFEST))
                .isInstanceOf(RegistryException.StoreFailed.class);
        assertThatThrownBy(() -> store.isLinked(ALPINE, MANIFEST.digest()))
                .isInstanceOf(RegistryException.StoreFailed.class);
        assertThatThrownBy(() -> store.link(ALPINE, MANIFEST.digest()))
                .isInstanceOf(RegistryException.StoreFailed.class);
        assertThatThrownBy(() -> store.findTag(ALPINE, LATEST, Accept.ANYTHING))
                .isInstanceOf(RegistryException.StoreFailed.class);
        assertThatThrownBy(() -> store.putTag(ALPINE, LATEST, Accept.ANYTHING, ENTRY))
                .isInstanceOf(RegistryException.StoreFailed.class);
    }

    @Test
    void aWriteThatFailedIsNotRemembered() {
        index.close();
        assertThatThrownBy(() -> store.put(MANIFEST))
                .isInstanceOf(RegistryException.StoreFailed.class);
        assertThatThrownBy(() -> store.find(MANIFEST.digest()))
                .isInstanceOf(RegistryException.StoreFailed.class);
    }

    @Test
    void aDigestIsReadBackFromItsKey() {
        for (Digest.Algorithm algorithm : Digest.Algorithm.values()) {
            Digest digest = Digest.of(algorithm, new byte[] {1, 2, 3});
            assertThat(RowKey.digest(RowKey.of(digest))).isEqualTo(digest);
        }
        assertThatThrownBy(() -> RowKey.digest(new byte[] {9, 1}))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
