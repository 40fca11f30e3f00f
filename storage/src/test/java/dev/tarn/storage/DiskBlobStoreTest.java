package dev.tarn.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tarn.oci.Digest;
import dev.tarn.pull.BlobContent;
import dev.tarn.pull.BlobReader;
import dev.tarn.pull.BlobStore;
import dev.tarn.pull.BlobStoreContract;
import dev.tarn.pull.IncomingBlob;
import dev.tarn.pull.Spans.Span;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Runs the contract on disk, and adds what only files can get wrong.
final class DiskBlobStoreTest extends BlobStoreContract {

    @TempDir private Path root;
    private Layout layout;
    private DiskStore store;

    @BeforeEach
    void open() throws IOException {
        layout = new Layout(root);
        store = DiskStore.open(root);
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Override
    protected BlobStore store() {
        return store.blobs();
    }

    @Test
    void aBlobLiesUnderItsDigestAndIsReadOnly() throws Exception {
        commit(store(), DIGEST, BYTES);

        Path file = layout.blob(DIGEST);
        assertThat(file)
                .isEqualTo(
                        root.resolve("blobs/sha256")
                                .resolve(DIGEST.hex().substring(0, 2))
                                .resolve(DIGEST.hex()))
                .hasBinaryContent(BYTES);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .doesNotContain("w");
        assertThat(layout.incoming()).isEmptyDirectory();
    }

    @Test
    void afterASyncThatFailedNothingOfTheFileIsKeptOrCommitted() throws Exception {
        try (IncomingBlob incoming = store().begin(DIGEST)) {
            incoming.write(0, ByteBuffer.wrap(BYTES));
            Path file = layout.incoming(DIGEST);
            Path written = Files.move(file, root.resolve("written"));
            Files.createSymbolicLink(file, Path.of("/dev/null")); // which cannot be synced
            assertThatThrownBy(() -> incoming.keep(remainder(new Span(0, 100))))
                    .isInstanceOf(IncomingBlob.SyncFailed.class);
            Files.delete(file);
            Files.move(written, file);

            assertThatThrownBy(() -> incoming.commit(BYTES.length, Duration.ZERO))
                    .isInstanceOf(IncomingBlob.SyncFailed.class);
        }
        assertThat(store().find(DIGEST)).isEmpty();
        assertThat(layout.incoming()).isEmptyDirectory();
    }

    @Test
    void aReaderGivesTheFileItReads() throws Exception {
        commit(store(), DIGEST, BYTES);
        try (BlobContent content = store().find(DIGEST).orElseThrow()) {
            FileChannel file = content.file().orElseThrow();
            ByteBuffer bytes = ByteBuffer.allocate(BYTES.length);
            while (bytes.hasRemaining()) {
                file.read(bytes, bytes.position());
            }
            assertThat(bytes.array()).isEqualTo(BYTES);
        }
    }

    @Test
    void readingBehindTheEndIsAFailureAndNotNothing() throws Exception {
        commit(store(), DIGEST, BYTES);
        try (BlobContent content = store().find(DIGEST).orElseThrow()) {
            assertThatThrownBy(() -> content.read(ByteBuffer.allocate(1), BYTES.length))
                    .isInstanceOf(EOFException.class);
        }
    }

    @Test
    void positionsBehindTwoGibibytesAreKeptApart() throws Exception {
        long far = (1L << 32) + 5;
        try (IncomingBlob incoming = store().begin(DIGEST);
                BlobReader reader = incoming.open()) {
            incoming.write(5, slice(0, 100));
            incoming.write(far, slice(100, 200));
            assertThat(ByteBuffer.wrap(read(reader, 5, 105))).isEqualTo(slice(0, 100));
            assertThat(ByteBuffer.wrap(read(reader, far, far + 100))).isEqualTo(slice(100, 200));
            assertThat(Files.getAttribute(layout.incoming(DIGEST), "unix:size"))
                    .isEqualTo(far + 100);
        }
    }

    @Test
    void aSecondDownloadOfTheSameBlobIsRefusedUntilTheFirstHasLetGo() throws Exception {
        try (IncomingBlob first = store().begin(DIGEST)) {
            assertThatThrownBy(() -> store().begin(DIGEST)).isInstanceOf(IOException.class);
            first.write(0, ByteBuffer.wrap(BYTES));
            first.commit(BYTES.length, Duration.ZERO);
            store().begin(DIGEST).close();
        }
        store().begin(DIGEST).close();
    }

    @Test
    void anInterruptedWriterDoesNotStopTheOthers() throws Exception {
        try (IncomingBlob incoming = store().begin(DIGEST)) {
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> incoming.write(0, slice(0, 100)))
                    .isInstanceOf(ClosedByInterruptException.class);
            assertThat(Thread.interrupted()).isTrue();

            incoming.write(0, ByteBuffer.wrap(BYTES));
            incoming.commit(BYTES.length, Duration.ZERO);
        }
        assertThat(read(store(), DIGEST)).isEqualTo(BYTES);
    }

    @Test
    void anInterruptedThreadCommitsAndStaysInterrupted() throws Exception {
        try (IncomingBlob incoming = store().begin(DIGEST)) {
            incoming.write(0, ByteBuffer.wrap(BYTES));
            Thread.currentThread().interrupt();
            incoming.commit(BYTES.length, Duration.ZERO);
            assertThat(Thread.interrupted()).isTrue();
        }
        assertThat(read(store(), DIGEST)).isEqualTo(BYTES);
    }

    @Test
    void anInterruptedThreadKeepsAndStaysInterrupted() throws Exception {
        try (IncomingBlob incoming = store().begin(DIGEST)) {
            incoming.write(0, slice(0, 1_000));
            Thread.currentThread().interrupt();
            incoming.keep(remainder(new Span(0, 1_000)));
            assertThat(Thread.interrupted()).isTrue();
        }
        assertThat(nextRemainder()).isPresent();
    }

    @Test
    void ofACommittedBlobNothingIsKept() throws Exception {
        try (IncomingBlob incoming = store().begin(DIGEST)) {
            incoming.write(0, ByteBuffer.wrap(BYTES));
            incoming.commit(BYTES.length, Duration.ZERO);
            incoming.keep(remainder(new Span(0, 1_000)));
        }
        assertThat(nextRemainder()).isEmpty();
        assertThat(read(store(), DIGEST)).isEqualTo(BYTES);
    }

    @Test
    void thereIsNoFileBeforeSomebodyWritesOrReads() throws Exception {
        try (IncomingBlob written = store().begin(DIGEST)) {
            assertThat(layout.incoming()).isEmptyDirectory();
            written.write(0, slice(0, 1_000));
            assertThat(layout.incoming(DIGEST)).hasSize(1_000);
        }
        try (IncomingBlob read = store().begin(DIGEST);
                BlobReader _ = read.open()) {
            assertThat(layout.incoming(DIGEST)).isEmptyFile();
        }
        store().begin(DIGEST).close();
        assertThat(layout.incoming()).isEmptyDirectory();
    }

    @Test
    void aRemainderWhoseFileWasReplacedIsNotHandedOut() throws Exception {
        keep(new Span(0, 1_000));
        Path file = layout.incoming(DIGEST);
        Path other = Files.write(layout.incoming().resolve("other"), new byte[2_000]);
        Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);

        try (IncomingBlob next = store().begin(DIGEST)) {
            assertThat(next.remainder()).isEmpty();
            try (BlobReader _ = next.open()) {
                assertThat(file).isEmptyFile();
            }
        }
    }

    @Test
    void aRemainderThatReachesBehindTheEndOfItsFileIsNotHandedOut() throws Exception {
        keep(new Span(0, 1_000));
        try (FileChannel file =
                FileChannel.open(layout.incoming(DIGEST), StandardOpenOption.WRITE)) {
            file.truncate(999);
        }

        assertThat(nextRemainder()).isEmpty();
    }

    @Test
    void aRemainderThatReachesBehindTheSizeOfTheBlobIsNotHandedOut() throws Exception {
        try (IncomingBlob incoming = store().begin(DIGEST)) {
            incoming.write(0, ByteBuffer.wrap(BYTES));
            incoming.keep(
                    new IncomingBlob.Remainder(10, remainder(new Span(0, BYTES.length)).spans()));
        }

        assertThat(nextRemainder()).isEmpty();
    }

    @Test
    void whatIsLetGoLeavesNoFile() throws Exception {
        try (IncomingBlob incoming = store().begin(DIGEST)) {
            incoming.write(0, ByteBuffer.wrap(BYTES));
            assertThat(layout.incoming(DIGEST)).exists();
        }
        assertThat(layout.incoming()).isEmptyDirectory();
    }

    @Test
    void aFailedCommitLeavesNoFile() throws Exception {
        try (IncomingBlob incoming = store().begin(DIGEST)) {
            assertThatThrownBy(() -> incoming.commit(1, Duration.ZERO))
                    .isInstanceOf(IOException.class);
        }
        assertThat(layout.incoming()).isEmptyDirectory();
        assertThat(layout.blob(DIGEST)).doesNotExist();
    }

    @Test
    void aCommitThatCannotBePutInItsPlaceFailsAndCanBeTriedAgain() throws Exception {
        Path folder = layout.folder(DIGEST);
        Files.write(folder, new byte[0]);
        assertThatThrownBy(() -> commit(store(), DIGEST, BYTES)).isInstanceOf(IOException.class);
        assertThat(store().find(DIGEST)).isEmpty();

        Files.delete(folder);
        commit(store(), DIGEST, BYTES);
        assertThat(read(store(), DIGEST)).isEqualTo(BYTES);
    }

    /// A crash in between would leave a remainder that no download can go on with.
    @Test
    void aFileIsNotReadOnlyBeforeItIsInItsPlace() throws Exception {
        Files.write(layout.folder(DIGEST), new byte[0]);
        try (IncomingBlob incoming = store().begin(DIGEST)) {
            incoming.write(0, ByteBuffer.wrap(BYTES));
            assertThatThrownBy(() -> incoming.commit(BYTES.length, Duration.ZERO))
                    .isInstanceOf(IOException.class);
            assertThat(Files.getPosixFilePermissions(layout.incoming(DIGEST)))
                    .contains(PosixFilePermission.OWNER_WRITE);
        }
    }

    @Test
    void aWriteToAFileThatIsGoneStillReachesItsReaders() throws Exception {
        try (IncomingBlob incoming = store().begin(DIGEST);
                BlobReader reader = incoming.open()) {
            Files.delete(layout.incoming(DIGEST));
            incoming.write(0, slice(0, 10));
            assertThat(ByteBuffer.wrap(read(reader, 0, 10))).isEqualTo(slice(0, 10));
            assertThatThrownBy(() -> incoming.commit(10, Duration.ZERO))
                    .isInstanceOf(IOException.class);
        }
        assertThat(store().find(DIGEST)).isEmpty();
    }

    @Test
    void digestsOfBothAlgorithmsLieApart() {
        Digest sha512 = Digest.of(Digest.Algorithm.SHA512, BYTES);

        assertThat(layout.blob(sha512).startsWith(root.resolve("blobs/sha512"))).isTrue();
        assertThat(layout.incoming(sha512)).hasFileName("sha512-" + sha512.hex());
    }
}
