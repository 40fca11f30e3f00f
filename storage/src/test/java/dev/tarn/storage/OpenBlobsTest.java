package dev.tarn.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tarn.oci.Digest;
import dev.tarn.pull.BlobContent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class OpenBlobsTest {

    private static final Digest DIGEST = Digest.of(Digest.Algorithm.SHA256, new byte[10]);

    @TempDir private Path folder;
    private final OpenBlobs open = new OpenBlobs();
    private Path file = Path.of("");

    @BeforeEach
    void writeFile() throws IOException {
        file = Files.write(folder.resolve("blob"), new byte[10]);
    }

    @AfterEach
    void close() {
        open.close();
    }

    private OpenBlob keptOpen() throws IOException {
        OpenBlob blob = open.open(DIGEST, file, Fingerprint.of(file));
        open.keep(DIGEST, blob);
        return blob;
    }

    @Test
    void whatIsOpenForTheNextReaderIsNotInUse() throws Exception {
        OpenBlob blob = keptOpen();
        BlobContent reader = blob.newReader().orElseThrow();
        assertThat(open.isInUse(DIGEST)).isTrue();
        assertThat(open.close(DIGEST)).isFalse();

        reader.close();
        assertThat(open.isInUse(DIGEST)).isFalse();
        assertThat(open.close(DIGEST)).isTrue();
        assertThat(open.find(DIGEST)).isEmpty();
        assertThat(blob.newReader()).isEmpty();
    }

    @Test
    void aReaderCountsLongAfterOthersCannotFindItsFileAnyMore() throws Exception {
        OpenBlob blob = keptOpen();
        BlobContent slow = blob.newReader().orElseThrow();
        open.drop(DIGEST);
        keptOpen();

        assertThat(open.isInUse(DIGEST)).isTrue();
        assertThat(open.close(DIGEST)).isFalse();
        slow.close();
        assertThat(open.isInUse(DIGEST)).isFalse();
        assertThat(open.close(DIGEST)).isTrue();
    }

    @Test
    void whoeverNeedsTheFileCountsAsItsReader() {
        open.use(DIGEST);
        open.use(DIGEST);
        open.endUse(DIGEST);
        assertThat(open.isInUse(DIGEST)).isTrue();
        open.endUse(DIGEST);
        assertThat(open.isInUse(DIGEST)).isFalse();
    }

    @Test
    void aFileThatCannotBeOpenedIsNotInUse() {
        Fingerprint none = Fingerprint.unverified(10);
        assertThatThrownBy(() -> open.open(DIGEST, folder.resolve("none"), none))
                .isInstanceOf(IOException.class);

        assertThat(open.isInUse(DIGEST)).isFalse();
    }

    @Test
    void everyReaderIsAUseAndIsCountedOnce() throws Exception {
        OpenBlob blob = keptOpen();
        for (int i = 0; i < 3; i++) {
            blob.newReader().orElseThrow().close();
        }
        assertThat(open.takeUses(DIGEST)).isEqualTo(3);
        assertThat(open.takeUses(DIGEST)).isZero();

        blob.newReader().orElseThrow().close();
        open.drop(DIGEST);
        keptOpen().newReader().orElseThrow().close();

        assertThat(open.takeAllUses()).containsOnlyKeys(DIGEST).containsValue(2);
        assertThat(open.takeAllUses()).isEmpty();
    }
}
