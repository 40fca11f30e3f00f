package dev.tarn.storage;

import static dev.tarn.pull.BlobStoreContract.commit;
import static dev.tarn.pull.BlobStoreContract.random;
import static dev.tarn.pull.BlobStoreContract.read;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.oci.Digest;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Whether or not the file system offers fs-verity; `/proc` never does.
final class FsVerityTest {

    @TempDir private Path root;

    @Test
    void aFileSystemThatDoesNotOfferItIsAskedOnce() {
        FsVerity verity = new FsVerity();
        assertThat(verity.isOffered()).isTrue();

        verity.enable(Path.of("/proc/self/status"));

        assertThat(verity.isOffered()).isFalse();
    }

    @Test
    void aFileThatIsGoneSaysNothingAboutTheFileSystem() {
        FsVerity verity = new FsVerity();

        verity.enable(root.resolve("gone"));

        assertThat(verity.isOffered()).isTrue();
    }

    @Test
    void blobsAreStoredAndServedWithItAndWithout() throws Exception {
        StoreConfig config =
                new StoreConfig(StoreConfig.Verify.FS_VERITY, Duration.ZERO, 1, Budget.DEFAULT);
        Digest digest = Digest.of(Digest.Algorithm.SHA256, random(100_000, 1));
        for (int opening = 0; opening < 2; opening++) {
            try (DiskStore store = DiskStore.open(root, config)) {
                commit(store.blobs(), digest, random(100_000, 1));
                assertThat(read(store.blobs(), digest)).isEqualTo(random(100_000, 1));
                assertThat(store.damagedCount()).isZero();
            }
        }
    }
}
