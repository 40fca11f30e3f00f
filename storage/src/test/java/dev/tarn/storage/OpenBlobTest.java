package dev.tarn.storage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.oci.Digest;
import dev.tarn.pull.BlobContent;
import dev.tarn.pull.BlobFile;
import dev.tarn.pull.BlobStore;
import dev.tarn.pull.IncomingBlob;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Files that many readers share, and that are at hand while they are open.
final class OpenBlobTest {

    private static final int LARGE = 3 << 20;
    private static final byte[] BYTES = random(200_000, 1);
    private static final Digest DIGEST = Digest.of(Digest.Algorithm.SHA256, BYTES);

    @TempDir private Path root;
    private DiskStore store;

    @BeforeEach
    void open() throws IOException {
        store = DiskStore.open(root);
        commit(DIGEST, BYTES);
    }

    @AfterEach
    void close() {
        store.close();
    }

    private static byte[] random(int size, int seed) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private BlobStore blobs() {
        return store.blobs();
    }

    private BlobFile find(Digest digest) {
        return (BlobFile) blobs().find(digest).orElseThrow();
    }

    private void commit(Digest digest, byte[] bytes) throws IOException {
        try (IncomingBlob incoming = blobs().begin(digest)) {
            incoming.write(0, ByteBuffer.wrap(bytes));
            incoming.commit(bytes.length, Duration.ZERO);
        }
    }

    private static byte[] read(BlobContent content) throws Exception {
        ByteBuffer bytes = ByteBuffer.allocate((int) content.awaitSize());
        while (bytes.hasRemaining()) {
            var _ = content.read(bytes, bytes.position());
        }
        return bytes.array();
    }

    @Test
    void aBlobIsAtHandOnceSomebodyHasFoundIt() throws Exception {
        assertThat(blobs().recall(DIGEST)).isEmpty();
        blobs().find(DIGEST).orElseThrow().close();

        try (BlobContent first = blobs().recall(DIGEST).orElseThrow();
                BlobContent second = blobs().recall(DIGEST).orElseThrow()) {
            assertThat(read(first)).isEqualTo(BYTES);
            assertThat(read(second)).isEqualTo(BYTES);
            assertThat(((BlobFile) first).channel()).isSameAs(((BlobFile) second).channel());
        }
    }

    @Test
    void whatIsNotStoredIsNotAtHand() {
        Digest other = Digest.of(Digest.Algorithm.SHA256, new byte[] {1});

        assertThat(blobs().find(other)).isEmpty();
        assertThat(blobs().recall(other)).isEmpty();
    }

    @Test
    void aReaderThatLeavesTwiceTakesTheFileFromNobody() throws Exception {
        BlobContent first = blobs().find(DIGEST).orElseThrow();
        try (BlobContent second = blobs().recall(DIGEST).orElseThrow()) {
            first.close();
            first.close();
            first.close();

            assertThat(((BlobFile) second).channel().isOpen()).isTrue();
            assertThat(read(second)).isEqualTo(BYTES);
        }
    }

    @Test
    void theFileIsClosedWhenTheStoreAndTheLastReaderHaveLeft() throws Exception {
        BlobFile reader = find(DIGEST);

        store.close();

        assertThat(reader.channel().isOpen()).isTrue();
        assertThat(read(reader)).isEqualTo(BYTES);
        reader.close();
        assertThat(reader.channel().isOpen()).isFalse();
        store = DiskStore.open(root);
    }

    @Test
    void aFileThatWasTakenAwayIsNotAtHandAndNotKeptOpen() throws Exception {
        BlobFile reader = find(DIGEST);
        Files.delete(new Layout(root).blob(DIGEST));

        assertThat(blobs().recall(DIGEST)).isEmpty();
        assertThat(blobs().find(DIGEST)).isEmpty();

        assertThat(read(reader)).isEqualTo(BYTES);
        reader.close();
        assertThat(reader.channel().isOpen()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {1_000, LARGE})
    void aReaderThatIsInterruptedClosesTheFileForNobody(int size) throws Exception {
        byte[] bytes = random(size, 2);
        Digest digest = Digest.of(Digest.Algorithm.SHA256, bytes);
        commit(digest, bytes);
        AtomicReference<byte[]> read = new AtomicReference<>();
        try (BlobFile other = find(digest)) {
            Thread thread =
                    Thread.ofVirtual()
                            .start(() -> {
                                Thread.currentThread().interrupt();
                                try (BlobContent content = find(digest)) {
                                    read.set(read(content));
                                } catch (Exception e) {
                                    throw new IllegalStateException(e);
                                }
                            });
            thread.join();

            assertThat(read.get()).isEqualTo(bytes);
            assertThat(other.channel().isOpen()).isTrue();
        }
    }

    @Test
    void aFileThatIsOpenedByAnInterruptedThreadIsFound() throws Exception {
        AtomicReference<Boolean> isFound = new AtomicReference<>();
        Thread thread =
                Thread.ofVirtual()
                        .start(() -> {
                            Thread.currentThread().interrupt();
                            blobs().find(DIGEST)
                                    .ifPresent(content -> {
                                        content.close();
                                        isFound.set(true);
                                    });
                        });
        thread.join();

        assertThat(isFound).hasValue(true);
    }

    @Test
    void whatHasJustBeenReadIsInMemory() throws Exception {
        byte[] bytes = random(LARGE, 3);
        Digest digest = Digest.of(Digest.Algorithm.SHA256, bytes);
        commit(digest, bytes);

        try (BlobFile reader = find(digest)) {
            assertThat(read(reader)).isEqualTo(bytes);
            assertThat(reader.isResident(0, LARGE)).isTrue();
            assertThat(reader.isResident(LARGE - 1, LARGE)).isTrue();
        }
    }
}
