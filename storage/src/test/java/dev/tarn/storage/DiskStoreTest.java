package dev.tarn.storage;

import static dev.tarn.pull.BlobStoreContract.commit;
import static dev.tarn.pull.BlobStoreContract.random;
import static dev.tarn.pull.BlobStoreContract.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tarn.oci.Digest;
import dev.tarn.pull.BlobContent;
import dev.tarn.pull.IncomingBlob;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DiskStoreTest {

    private static final byte[] BYTES = random(10_000, 1);
    private static final Digest DIGEST = Digest.of(Digest.Algorithm.SHA256, BYTES);

    @TempDir private Path folder;

    @Test
    void aStoreIsMadeWhereThereIsNoFolderAndIsNotForEveryoneToRead() throws Exception {
        Path root = folder.resolve("a/b");
        DiskStore.open(root).close();

        assertThat(root.resolve("FORMAT")).hasContent("1\n");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(root)))
                .isEqualTo("rwxr-x---");
    }

    @Test
    void aRestartServesEverythingAndCountsIt() throws Exception {
        byte[] other = random(5_000, 2);
        Digest otherDigest = Digest.of(Digest.Algorithm.SHA512, other);
        try (DiskStore store = DiskStore.open(folder)) {
            assertThat(store.blobCount()).isZero();
            commit(store.blobs(), DIGEST, BYTES);
            commit(store.blobs(), otherDigest, other);
            assertThat(store.blobCount()).isEqualTo(2);
            assertThat(store.byteCount()).isEqualTo(15_000);
        }
        try (DiskStore store = DiskStore.open(folder)) {
            assertThat(store.blobCount()).isEqualTo(2);
            assertThat(store.byteCount()).isEqualTo(15_000);
            assertThat(read(store.blobs(), DIGEST)).isEqualTo(BYTES);
            assertThat(read(store.blobs(), otherDigest)).isEqualTo(other);
        }
    }

    @Test
    void aBlobCommittedTwiceCountsOnce() throws Exception {
        try (DiskStore store = DiskStore.open(folder)) {
            commit(store.blobs(), DIGEST, BYTES);
            commit(store.blobs(), DIGEST, BYTES);

            assertThat(store.blobCount()).isEqualTo(1);
            assertThat(store.byteCount()).isEqualTo(BYTES.length);
        }
    }

    @Test
    void aSecondStoreInTheSameFolderIsRefused() throws Exception {
        try (DiskStore store = DiskStore.open(folder)) {
            assertThatThrownBy(() -> DiskStore.open(folder))
                    .isInstanceOf(IOException.class)
                    .hasMessage(
                            "the store "
                                    + folder
                                    + " is in use: only one Tarn at a time can have it");
            commit(store.blobs(), DIGEST, BYTES);
        }
        try (DiskStore store = DiskStore.open(folder)) {
            assertThat(read(store.blobs(), DIGEST)).isEqualTo(BYTES);
        }
    }

    @Test
    void anIndexInUseIsNotSetAsideByASecondStore() throws Exception {
        try (DiskStore store = DiskStore.open(folder)) {
            Files.write(new Layout(folder).indexBrokenMark(), new byte[0]);
            assertThatThrownBy(() -> DiskStore.open(folder)).hasMessageContaining("is in use");
            assertThat(folder.resolve("index.broken-1")).doesNotExist();
            commit(store.blobs(), DIGEST, BYTES);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"2\n", "0", "", "1.0", "tarn", "11"})
    void aStoreOfAnUnknownFormatIsRefusedAndLeftAlone(String format) throws Exception {
        Files.writeString(folder.resolve("FORMAT"), format);

        assertThatThrownBy(() -> DiskStore.open(folder))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(folder.resolve("FORMAT").toString())
                .hasMessageContaining("'" + format.strip() + "'");
        assertThat(folder).isDirectoryNotContaining("glob:**/{blobs,index,incoming}");
    }

    @Test
    void aFolderOfSomethingElseIsRefusedAndLeftAlone() throws Exception {
        Files.writeString(folder.resolve("thesis.tex"), "years of work");

        assertThatThrownBy(() -> DiskStore.open(folder))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("not a store");
        assertThat(folder.toFile().list()).containsExactly("thesis.tex");
    }

    @Test
    void aFreshVolumeIsEmptyEnough() throws Exception {
        Files.createDirectory(folder.resolve("lost+found"));
        Files.writeString(folder.resolve(".FORMAT.new"), "cut off by a crash");

        DiskStore.open(folder).close();

        assertThat(folder.resolve("FORMAT")).exists();
    }

    @Test
    void aRootThatIsAFileIsRefused() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "");

        assertThatThrownBy(() -> DiskStore.open(file)).isInstanceOf(IOException.class);
    }

    @Test
    void aClosedStoreRefusesWorkAndMayBeClosedAgain() throws Exception {
        DiskStore store = DiskStore.open(folder);
        store.close();
        store.close();

        assertThat(store.blobs().find(DIGEST)).isEmpty();
        assertThatThrownBy(() -> store.blobs().begin(DIGEST)).isInstanceOf(IOException.class);
    }

    @Test
    void readersOutliveTheStore() throws Exception {
        DiskStore store = DiskStore.open(folder);
        commit(store.blobs(), DIGEST, BYTES);
        try (BlobContent content = store.blobs().find(DIGEST).orElseThrow()) {
            store.close();
            assertThat(read(content, 0, BYTES.length)).isEqualTo(BYTES);
        }
    }

    @Test
    void aDownloadThatOutlivesTheStoreIsSweptByTheNext() throws Exception {
        DiskStore store = DiskStore.open(folder);
        IncomingBlob incoming = store.blobs().begin(DIGEST);
        incoming.write(0, ByteBuffer.wrap(BYTES));
        store.close();
        assertThatThrownBy(() -> incoming.commit(BYTES.length, Duration.ZERO))
                .isInstanceOf(IOException.class);
        incoming.close();

        try (DiskStore next = DiskStore.open(folder)) {
            // Its bytes were synced and in place, and only the row was missing.
            assertThat(read(next.blobs(), DIGEST)).isEqualTo(BYTES);
            assertThat(next.blobCount()).isEqualTo(1);
            assertThat(folder.resolve("incoming")).isEmptyDirectory();
        }
    }

    @Test
    void aHotHitReadsNoRow() throws Exception {
        Layout layout = new Layout(folder);
        layout.createFolders();
        try (Index index = Index.open(layout)) {
            BlobRows rows = new BlobRows(index);
            try (var trouble = new Trouble(layout.probe(), Duration.ofSeconds(1));
                    var blobs =
                            new DiskBlobStore(
                                    layout,
                                    rows,
                                    new PartialRows(layout, index),
                                    trouble,
                                    StoreConfig.DEFAULT,
                                    1 << 30,
                                    Set::of)) {
                commit(blobs, DIGEST, BYTES);
                index.commit(Change.delete(Family.BLOB, RowKey.of(DIGEST)));

                assertThat(read(blobs, DIGEST)).isEqualTo(BYTES);
            }
            assertThat(index.find(Family.BLOB, RowKey.of(DIGEST))).isNull();
        }
    }
}
