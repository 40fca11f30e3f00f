package dev.tarn.storage;

import static dev.tarn.pull.BlobStoreContract.random;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tarn.oci.Digest;
import dev.tarn.oci.RegistryException.StoreFailed;
import dev.tarn.pull.BlobContent;
import dev.tarn.pull.BlobFile;
import dev.tarn.pull.BlobStore;
import dev.tarn.pull.BlobStoreContract;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Runs the contract with `verify: always`, and adds what that is for: bytes that have rotted
/// without a trace.
final class HashedBlobTest extends BlobStoreContract {

    private static final int LARGE = 3_000_000;

    @TempDir private Path root;
    private UpkeepFixture parts;
    private DiskBlobStore always;

    @BeforeEach
    void open() throws IOException {
        parts = new UpkeepFixture(root);
        always =
                new DiskBlobStore(
                        parts.layout,
                        parts.rows,
                        parts.partials,
                        parts.trouble,
                        new StoreConfig(
                                StoreConfig.Verify.ALWAYS, Duration.ZERO, 1, Budget.DEFAULT),
                        Long.MAX_VALUE,
                        Set::of);
    }

    @AfterEach
    void close() {
        always.close();
        parts.close();
    }

    @Override
    protected BlobStore store() {
        return always;
    }

    @Test
    void aLargeBlobIsReadToItsEndOnceItHasBeenHashed() throws Exception {
        Digest digest = parts.add(LARGE, 1);

        for (int i = 0; i < 2; i++) {
            try (BlobContent content = always.find(digest).orElseThrow()) {
                assertThat(content).isNotInstanceOf(BlobFile.class);
                assertThat(read(content, 0, LARGE)).isEqualTo(random(LARGE, 1));
            }
            assertThat(always.recall(digest)).isEmpty();
        }
    }

    @Test
    void theLastBytesOfALargeBlobThatHasRottedAreNeverGivenOut() throws Exception {
        Digest digest = parts.add(LARGE, 1);
        parts.rot(digest);

        try (BlobContent content = always.find(digest).orElseThrow()) {
            assertThat(content.awaitSize()).isEqualTo(LARGE);
            assertThatThrownBy(() -> content.awaitReadable(LARGE - 1))
                    .isInstanceOf(StoreFailed.class);
        }
        assertThat(always.find(digest)).isEmpty();
        assertThat(parts.layout.quarantine(digest)).exists();
        assertThat(always.damaged()).isEqualTo(1);
    }

    @Test
    void whatIsReadableBeforeItIsHashedEndsBeforeTheEnd() throws Exception {
        Digest digest = parts.add(LARGE, 1);
        parts.rot(digest);

        try (BlobContent content = always.find(digest).orElseThrow()) {
            try {
                assertThat(content.awaitReadable(0)).isLessThan(LARGE);
            } catch (StoreFailed e) {
                assertThat(e).hasMessageContaining("damaged");
            }
        }
    }

    @Test
    void aSmallBlobThatHasRottedIsMissingAtOnce() throws Exception {
        Digest digest = parts.add(100_000, 1);
        parts.rot(digest);

        assertThat(always.find(digest)).isEmpty();
        assertThat(parts.layout.quarantine(digest)).exists();
        assertThat(parts.add(100_000, 1)).isEqualTo(digest);
        assertThat(read(always, digest)).isEqualTo(random(100_000, 1));
    }

    /// The thread of an answer is interrupted when its client leaves.
    @Test
    void aReaderWhoIsInterruptedLeavesTheFileOpenForTheOthers() throws Exception {
        Digest digest = parts.add(LARGE, 1);
        try (BlobContent content = always.find(digest).orElseThrow()) {
            Thread.currentThread().interrupt();
            assertThat(content.fileLength()).isEqualTo(LARGE);
            assertThat(content.file().orElseThrow().isOpen()).isTrue();
            assertThat(Thread.interrupted()).isTrue();
        }
        assertThat(read(always, digest)).isEqualTo(random(LARGE, 1));
        assertThat(always.damaged()).isZero();
    }

    @Test
    void aReaderWhoLeavesEndsTheHashingAndNothingIsCondemned() throws Exception {
        Digest digest = parts.add(LARGE, 1);
        for (int i = 0; i < 20; i++) {
            BlobContent content = always.find(digest).orElseThrow();
            assertThat(content.awaitReadable(0)).isPositive();
            content.close();
        }
        assertThat(always.damaged()).isZero();
        assertThat(read(always, digest)).isEqualTo(random(LARGE, 1));
    }
}
