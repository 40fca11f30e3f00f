package dev.tarn.storage;

import static dev.tarn.pull.BlobStoreContract.random;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tarn.oci.Digest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ScrubbedFileTest {

    private static final byte[] BYTES = random(2_500_000, 1);
    private static final Digest DIGEST = Digest.of(Digest.Algorithm.SHA256, BYTES);

    @TempDir private Path folder;
    private Path file;

    @BeforeEach
    void write() throws IOException {
        file = Files.write(folder.resolve("blob"), BYTES);
    }

    @Test
    void aFileIsReadToItsEndAndKnownByItsLooks() throws Exception {
        assertThat(ScrubbedFile.right(DIGEST, file, ScrubbedFile::openDirect))
                .contains(Fingerprint.of(file));
    }

    @Test
    void aFileThatIsCutShortIsWrong() throws Exception {
        Files.write(file, random(2_400_000, 1));

        assertThat(ScrubbedFile.right(DIGEST, file, ScrubbedFile::openDirect)).isEmpty();
    }

    @Test
    void whatCannotBeReadIsWrong() throws Exception {
        Path unreadable = Files.createDirectory(folder.resolve("unreadable"));

        assertThat(ScrubbedFile.right(DIGEST, file, _ -> ScrubbedFile.openDirect(unreadable)))
                .isEmpty();
    }

    @Test
    void whatCannotBeOpenedIsNotThereforeWrong() {
        Path gone = folder.resolve("gone");

        assertThatThrownBy(() -> ScrubbedFile.right(DIGEST, gone, ScrubbedFile::openDirect))
                .isInstanceOf(NoSuchFileException.class);
    }

    /// As where its blocks are larger than those of any disk, here by a buffer that fits none.
    @Test
    void aFileSystemThatRefusesToReadDirectlyIsReadAsUsual() throws Exception {
        ByteBuffer odd = ByteBuffer.allocateDirect(ScrubbedFile.PIECE_BYTES).slice(1, 100_001);
        try (ScrubbedFile refused = ScrubbedFile.open(DIGEST, file, ScrubbedFile::openDirect)) {
            int length = refused.readOn(odd);
            while (length > 0) {
                length = refused.readOn(odd);
            }

            assertThat(refused.isRight()).isTrue();
        }
    }
}
