package dev.tarn.storage;

import static dev.tarn.pull.BlobStoreContract.commit;
import static dev.tarn.pull.BlobStoreContract.random;
import static dev.tarn.pull.BlobStoreContract.read;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tarn.oci.Digest;
import dev.tarn.oci.MediaType;
import dev.tarn.oci.RawManifest;
import dev.tarn.pull.IncomingBlob;
import dev.tarn.pull.IncomingBlob.Remainder;
import dev.tarn.pull.Spans;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What a store makes of what a crash, or somebody with a text editor, left behind. A crash is
/// played by opening a copy of the folder, made while the first store is still open.
final class RecoveryTest {

    private static final byte[] BYTES = random(100_000, 1);
    private static final Digest DIGEST = Digest.of(Digest.Algorithm.SHA256, BYTES);
    private static final RawManifest MANIFEST =
            RawManifest.of(MediaType.OCI_MANIFEST, Digest.Algorithm.SHA256, "{}".getBytes(UTF_8));

    @TempDir private Path folder;

    @Test
    void aDownloadThatHasBegunIsAbsentAfterACrash() throws Exception {
        try (DiskStore store = DiskStore.open(root());
                IncomingBlob _ = store.blobs().begin(DIGEST)) {
            assertAbsent(crash("begun"));
        }
    }

    @Test
    void aDownloadThatIsHalfWrittenIsAbsentAfterACrash() throws Exception {
        try (DiskStore store = DiskStore.open(root());
                IncomingBlob incoming = store.blobs().begin(DIGEST)) {
            incoming.write(0, ByteBuffer.wrap(BYTES, 0, BYTES.length / 2));
            assertAbsent(crash("half"));
        }
    }

    @Test
    void aDownloadThatIsWrittenAndNotCommittedIsAbsentAfterACrash() throws Exception {
        try (DiskStore store = DiskStore.open(root());
                IncomingBlob incoming = store.blobs().begin(DIGEST)) {
            incoming.write(0, ByteBuffer.wrap(BYTES));
            assertAbsent(crash("written"));
        }
    }

    @Test
    void aBlobThatIsInPlaceWithoutARowIsWholeAfterACrash() throws Exception {
        try (DiskStore store = DiskStore.open(root());
                IncomingBlob incoming = store.blobs().begin(DIGEST)) {
            incoming.write(0, ByteBuffer.wrap(BYTES));
            Path copy = crash("renamed");
            rename(copy);
            assertWhole(copy);
        }
    }

    @Test
    void aFileThatIsInPlaceWithoutARowAndIsCutShortIsAbsentAfterACrash() throws Exception {
        try (DiskStore store = DiskStore.open(root());
                IncomingBlob incoming = store.blobs().begin(DIGEST)) {
            incoming.write(0, ByteBuffer.wrap(BYTES, 0, BYTES.length - 1));
            Path copy = crash("renamed");
            rename(copy);
            assertAbsent(copy);
            assertThat(new Layout(copy).quarantine(DIGEST)).exists();
        }
    }

    @Test
    void aCommittedBlobIsWholeAfterACrash() throws Exception {
        try (DiskStore store = DiskStore.open(root());
                IncomingBlob incoming = store.blobs().begin(DIGEST)) {
            incoming.write(0, ByteBuffer.wrap(BYTES));
            incoming.commit(BYTES.length, Duration.ZERO);
            assertWhole(crash("committed"));
        }
    }

    @Test
    void whatWasPutInTheManifestStoreIsThereAfterACrash() throws Exception {
        try (DiskStore store = DiskStore.open(root())) {
            store.manifests().put(MANIFEST);
            try (DiskStore after = DiskStore.open(crash("manifest"))) {
                assertThat(after.manifests().find(MANIFEST.digest())).isPresent();
            }
        }
    }

    @Test
    void aRemainderSurvivesARestart() throws Exception {
        keepHalf();
        try (DiskStore store = DiskStore.open(root());
                IncomingBlob incoming = store.blobs().begin(DIGEST)) {
            assertThat(incoming.remainder().orElseThrow().spans().length())
                    .isEqualTo(BYTES.length / 2);
            incoming.write(
                    BYTES.length / 2, ByteBuffer.wrap(BYTES, BYTES.length / 2, BYTES.length / 2));
            incoming.commit(BYTES.length, Duration.ZERO);
            assertThat(read(store.blobs(), DIGEST)).isEqualTo(BYTES);
        }
    }

    @Test
    void aRemainderIsStillThereWhenTheDownloadThatWentOnWithItIsKilled() throws Exception {
        keepHalf();
        DiskStore store = DiskStore.open(root());
        IncomingBlob killed = store.blobs().begin(DIGEST);
        killed.write(60_000, ByteBuffer.wrap(BYTES, 60_000, 10_000));
        store.close();
        try (killed;
                DiskStore next = DiskStore.open(root());
                IncomingBlob incoming = next.blobs().begin(DIGEST)) {
            assertThat(incoming.remainder().orElseThrow().spans().toList())
                    .containsExactly(new Spans.Span(0, BYTES.length / 2));
        }
    }

    @Test
    void aRemainderInACopiedFolderIsSweptSinceItsFileIsAnother() throws Exception {
        keepHalf();
        assertAbsent(crash("copied"));
    }

    @Test
    void aRemainderWithoutItsFileIsForgotten() throws Exception {
        keepHalf();
        Files.delete(layout().incoming(DIGEST));
        try (DiskStore store = DiskStore.open(root());
                IncomingBlob incoming = store.blobs().begin(DIGEST)) {
            assertThat(incoming.remainder()).isEmpty();
        }
    }

    @Test
    void whatNobodyCanGoOnWithIsSwept() throws Exception {
        DiskStore.open(root()).close();
        Files.write(layout().incoming(DIGEST), BYTES);
        Files.write(layout().incoming().resolve("sha256-nonsense"), BYTES);
        Files.write(layout().incoming().resolve("core"), BYTES);

        DiskStore.open(root()).close();

        assertThat(layout().incoming()).isEmptyDirectory();
    }

    @Test
    void whatCannotBeSweptDoesNotStopTheStart() throws Exception {
        DiskStore.open(root()).close();
        Files.createDirectories(layout().incoming(DIGEST).resolve("folder"));

        DiskStore.open(root()).close();
    }

    @Test
    void aDeletedIndexIsRebuiltFromTheBlobs() throws Exception {
        filled().close();
        delete(layout().index());

        assertRebuilt();
        assertThat(folder.resolve("store/index.broken-1")).doesNotExist();
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource({
        "CURRENT,delete", "CURRENT,zero", "CURRENT,cut", "CURRENT,flip",
        "MANIFEST,delete", "MANIFEST,zero", "MANIFEST,cut", "MANIFEST,flip",
        "sst,delete", "sst,zero", "sst,cut", "sst,flip"
    })
    void aDamagedIndexIsRebuiltFromTheBlobs(String name, String damage) throws Exception {
        filled().close();
        DiskStore.open(root()).close(); // moves the rows from the log into tables
        List<Path> files;
        try (Stream<Path> all = Files.list(layout().index())) {
            files = all.filter(file -> file.toString().contains(name)).toList();
        }
        assertThat(files).isNotEmpty();
        for (Path file : files) {
            damage(file, damage);
        }

        assertRebuilt();
    }

    @Test
    void anIndexFoundDamagedInUseIsSetAsideAtTheNextStart() throws Exception {
        filled().close();
        Files.write(layout().indexBrokenMark(), new byte[0]);

        assertRebuilt();
        assertThat(folder.resolve("store/index.broken-1/CURRENT")).exists();
        assertThat(layout().indexBrokenMark()).doesNotExist();
    }

    @Test
    void ofTheIndexesThatWereSetAsideTheLatestIsKept() throws Exception {
        filled().close();
        for (int i = 1; i <= 3; i++) {
            Files.write(layout().indexBrokenMark(), new byte[0]);
            int number = i;
            try (DiskStore _ = DiskStore.open(root())) {
                await().until(() -> layout().brokenIndexes().equals(List.of(number)));
            }
        }
    }

    @Test
    void aRebuiltIndexDoesNotTrustTheFiles() throws Exception {
        filled().close();
        Path file = layout().blob(DIGEST);
        byte[] wrong = BYTES.clone();
        wrong[7] ^= 1;
        assertThat(file.toFile().setWritable(true)).isTrue();
        Files.write(file, wrong);
        delete(layout().index());

        try (DiskStore store = DiskStore.open(root())) {
            await().until(store::isComplete);
            assertThat(store.blobs().find(DIGEST)).isEmpty();
            assertThat(store.blobCount()).isEqualTo(1);
        }
    }

    @Test
    void aRebuildLeavesFilesAloneThatAreNoBlobs() throws Exception {
        filled().close();
        Path stray = Files.write(layout().folder(DIGEST).resolve("README"), new byte[3]);
        Path misplaced =
                Files.write(
                        layout().folder(DIGEST).resolve("ffff" + DIGEST.hex().substring(4)),
                        new byte[3]);
        delete(layout().index());

        assertRebuilt();
        assertThat(stray).exists();
        assertThat(misplaced).exists();
    }

    @Test
    void anInterruptedRebuildIsDoneAgain() throws Exception {
        filled().close();
        delete(layout().index());
        layout().createFolders();
        try (Index index = Index.open(layout())) {
            assertThat(index.isComplete()).isFalse();
        }

        assertRebuilt();
    }

    @Test
    void theIndexAloneLostMeansManifestsAreFetchedAgain() throws Exception {
        filled().close();
        delete(layout().index());
        try (DiskStore store = DiskStore.open(root())) {
            assertThat(store.manifests().find(MANIFEST.digest())).isEmpty();
            store.manifests().put(MANIFEST);
            assertThat(store.manifests().find(MANIFEST.digest())).isPresent();
        }
    }

    private Path root() {
        return folder.resolve("store");
    }

    private Layout layout() {
        return new Layout(root());
    }

    /// A store with two blobs and a manifest.
    private DiskStore filled() throws IOException {
        DiskStore store = DiskStore.open(root());
        commit(store.blobs(), DIGEST, BYTES);
        commit(store.blobs(), Digest.of(Digest.Algorithm.SHA512, BYTES), BYTES);
        store.manifests().put(MANIFEST);
        return store;
    }

    private void keepHalf() throws IOException {
        try (DiskStore store = DiskStore.open(root());
                IncomingBlob incoming = store.blobs().begin(DIGEST)) {
            incoming.write(0, ByteBuffer.wrap(BYTES, 0, BYTES.length / 2));
            Spans half = Spans.of(List.of(new Spans.Span(0, BYTES.length / 2)));
            incoming.keep(new Remainder(BYTES.length, half));
        }
    }

    private void assertRebuilt() throws Exception {
        try (DiskStore store = DiskStore.open(root())) {
            assertThat(read(store.blobs(), DIGEST)).isEqualTo(BYTES);
            assertThat(read(store.blobs(), Digest.of(Digest.Algorithm.SHA512, BYTES)))
                    .isEqualTo(BYTES);
            await().until(() -> store.blobCount() == 2);
            assertThat(store.byteCount()).isEqualTo(2L * BYTES.length);
        }
        try (DiskStore store = DiskStore.open(root())) {
            assertThat(store.blobCount()).isEqualTo(2);
        }
    }

    private static void assertAbsent(Path root) throws Exception {
        try (DiskStore store = DiskStore.open(root)) {
            assertThat(store.blobs().find(DIGEST)).isEmpty();
            assertThat(store.blobCount()).isZero();
            assertThat(root.resolve("incoming")).isEmptyDirectory();
            commit(store.blobs(), DIGEST, BYTES);
            assertThat(read(store.blobs(), DIGEST)).isEqualTo(BYTES);
        }
    }

    private static void assertWhole(Path root) throws Exception {
        try (DiskStore store = DiskStore.open(root)) {
            assertThat(read(store.blobs(), DIGEST)).isEqualTo(BYTES);
            assertThat(store.blobCount()).isEqualTo(1);
            assertThat(root.resolve("incoming")).isEmptyDirectory();
        }
    }

    /// What the disk holds at this moment, as a store that was killed would leave it.
    private Path crash(String name) throws IOException {
        Path copy = folder.resolve(name);
        try (Stream<Path> files = Files.walk(root())) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Files.copy(file, copy.resolve(root().relativize(file)));
            }
        }
        return copy;
    }

    /// The step between the rename and the row.
    private static void rename(Path root) throws IOException {
        Layout layout = new Layout(root);
        Files.createDirectories(layout.folder(DIGEST));
        Files.move(layout.incoming(DIGEST), layout.blob(DIGEST));
    }

    private static void damage(Path file, String how) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        switch (how) {
            case "delete" -> Files.delete(file);
            case "zero" -> Files.write(file, new byte[bytes.length]);
            case "cut" -> Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
            case "flip" -> {
                bytes[bytes.length / 4] ^= 1;
                Files.write(file, bytes);
            }
            default -> throw new IllegalArgumentException(how);
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(file);
            }
        }
    }
}
