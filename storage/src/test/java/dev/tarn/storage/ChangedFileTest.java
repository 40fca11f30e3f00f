package dev.tarn.storage;

import static dev.tarn.pull.BlobStoreContract.commit;
import static dev.tarn.pull.BlobStoreContract.random;
import static dev.tarn.pull.BlobStoreContract.read;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.oci.Digest;
import dev.tarn.pull.BlobContent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Files that change behind the store's back are never served wrong, and heal.
final class ChangedFileTest {

    private static final byte[] BYTES = random(100_000, 1);
    private static final Digest DIGEST = Digest.of(Digest.Algorithm.SHA256, BYTES);

    /// What may happen to a file.
    enum Damage {
        FLIPPED_BYTE {
            @Override
            void on(Path file) throws IOException {
                overwrite(file, 50_000, (byte) ~BYTES[50_000]);
            }
        },
        FLIPPED_BYTE_WITH_THE_OLD_TIME {
            @Override
            void on(Path file) throws IOException {
                FileTime modified = Files.getLastModifiedTime(file);
                overwrite(file, 50_000, (byte) ~BYTES[50_000]);
                Files.setLastModifiedTime(file, modified);
            }
        },
        TRUNCATED {
            @Override
            void on(Path file) throws IOException {
                try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                    channel.truncate(BYTES.length - 1);
                }
            }
        },
        EMPTIED {
            @Override
            void on(Path file) throws IOException {
                try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                    channel.truncate(0);
                }
            }
        },
        EXTENDED {
            @Override
            void on(Path file) throws IOException {
                overwrite(file, BYTES.length, (byte) 0);
            }
        },
        REPLACED_BY_ANOTHER_OF_THE_SAME_SIZE_AND_TIME {
            @Override
            void on(Path file) throws IOException {
                FileTime modified = Files.getLastModifiedTime(file);
                Path other = Files.write(file.resolveSibling("other"), random(BYTES.length, 2));
                Files.setLastModifiedTime(other, modified);
                Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
            }
        },
        REPLACED_BY_A_FOLDER {
            @Override
            void on(Path file) throws IOException {
                Files.delete(file);
                Files.createDirectory(file);
            }
        };

        abstract void on(Path file) throws IOException;
    }

    @TempDir private Path root;
    private Layout layout;
    private DiskStore store;

    @BeforeEach
    void open() throws IOException {
        layout = new Layout(root);
        store = DiskStore.open(root);
        commit(store.blobs(), DIGEST, BYTES);
        awaitTick();
    }

    @AfterEach
    void close() {
        store.close();
    }

    @ParameterizedTest
    @EnumSource
    void aDamagedFileIsNotServedAndHeals(Damage damage) throws Exception {
        assertThat(read(store.blobs(), DIGEST)).isEqualTo(BYTES);

        damage.on(layout.blob(DIGEST));

        assertThat(store.blobs().find(DIGEST)).isEmpty();
        assertThat(layout.blob(DIGEST)).doesNotExist();
        assertThat(layout.quarantine(DIGEST)).exists();
        assertThat(store.blobCount()).isZero();
        assertThat(store.byteCount()).isZero();
        commit(store.blobs(), DIGEST, BYTES);
        assertThat(read(store.blobs(), DIGEST)).isEqualTo(BYTES);
    }

    @ParameterizedTest
    @EnumSource
    void aFileDamagedWhileTheStoreWasClosedIsNotServed(Damage damage) throws Exception {
        store.close();
        damage.on(layout.blob(DIGEST));
        store = DiskStore.open(root);

        assertThat(store.blobs().find(DIGEST)).isEmpty();
        assertThat(layout.quarantine(DIGEST)).exists();
        commit(store.blobs(), DIGEST, BYTES);
        assertThat(read(store.blobs(), DIGEST)).isEqualTo(BYTES);
    }

    @Test
    void aFileThatIsGoneCountsAsMissing() throws Exception {
        Files.delete(layout.blob(DIGEST));

        assertThat(store.blobs().find(DIGEST)).isEmpty();
        assertThat(store.blobCount()).isZero();
        commit(store.blobs(), DIGEST, BYTES);
        assertThat(read(store.blobs(), DIGEST)).isEqualTo(BYTES);
        assertThat(store.blobCount()).isEqualTo(1);
    }

    @Test
    void aFileThatOnlyLooksOtherwiseIsServedOnceItIsVerified() throws Exception {
        Path file = layout.blob(DIGEST);
        Path copy = Files.copy(file, file.resolveSibling("copy"));
        Files.move(copy, file, StandardCopyOption.REPLACE_EXISTING);

        assertThat(read(store.blobs(), DIGEST)).isEqualTo(BYTES);
        assertThat(store.blobCount()).isEqualTo(1);
        assertThat(Files.getPosixFilePermissions(file).toString()).doesNotContain("WRITE");
    }

    @Test
    void whatHasBeenVerifiedIsNotHashedAgain() throws Exception {
        Path file = layout.blob(DIGEST);
        Files.setLastModifiedTime(file, FileTime.fromMillis(0));
        assertThat(read(store.blobs(), DIGEST)).isEqualTo(BYTES);
        Object changed = Files.getAttribute(file, "unix:ctime");
        awaitTick();

        assertThat(read(store.blobs(), DIGEST)).isEqualTo(BYTES);
        // Verifying touches the file's mode, and so this time.
        assertThat(Files.getAttribute(file, "unix:ctime")).isEqualTo(changed);
    }

    @Test
    void aReaderThatWasThereBeforeTheDamageKeepsTheOldFile() throws Exception {
        try (BlobContent content = store.blobs().find(DIGEST).orElseThrow()) {
            Damage.REPLACED_BY_ANOTHER_OF_THE_SAME_SIZE_AND_TIME.on(layout.blob(DIGEST));
            assertThat(read(content, 0, BYTES.length)).isEqualTo(BYTES);
        }
    }

    @Test
    void manyWhoAskForADamagedFileAreAllToldThatItIsMissing() throws Exception {
        Damage.FLIPPED_BYTE.on(layout.blob(DIGEST));

        assertThat(askAtOnce(() -> store.blobs().find(DIGEST).isPresent())).containsOnly(false);
        assertThat(store.blobCount()).isZero();
    }

    @Test
    void manyWhoAskForAChangedButRightFileAllGetIt() throws Exception {
        Files.setLastModifiedTime(layout.blob(DIGEST), FileTime.fromMillis(0));

        assertThat(askAtOnce(() -> read(store.blobs(), DIGEST).length)).containsOnly(BYTES.length);
        assertThat(store.blobCount()).isEqualTo(1);
    }

    @Test
    void theSameBlobDamagedTwiceIsQuarantinedTwice() throws Exception {
        Damage.TRUNCATED.on(layout.blob(DIGEST));
        assertThat(store.blobs().find(DIGEST)).isEmpty();
        commit(store.blobs(), DIGEST, BYTES);
        awaitTick();
        Damage.EMPTIED.on(layout.blob(DIGEST));

        assertThat(store.blobs().find(DIGEST)).isEmpty();
        assertThat(layout.quarantine(DIGEST)).isEmptyFile();
    }

    @Test
    void aClientThatLeavesWhileAFileIsVerifiedDoesNotMakeItCountAsMissing() throws Exception {
        Files.setLastModifiedTime(layout.blob(DIGEST), FileTime.fromMillis(0));
        Thread.currentThread().interrupt();
        Optional<BlobContent> found = store.blobs().find(DIGEST);
        assertThat(Thread.interrupted()).isTrue();

        assertThat(found).isPresent();
        assertThat(read(found.orElseThrow(), 0, BYTES.length)).isEqualTo(BYTES);
        found.get().close();
    }

    private static <T> List<T> askAtOnce(Callable<T> question) throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<T>> answers =
                    Stream.generate(() -> threads.submit(question)).limit(64).toList();
            List<T> results = new ArrayList<>();
            for (Future<T> answer : answers) {
                results.add(answer.get());
            }
            return results;
        }
    }

    private static void overwrite(Path file, long position, byte value) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(new byte[] {value}), position);
        }
    }

    /// Older kernels stamp changes with a clock of a few milliseconds: waits until it has moved on.
    private void awaitTick() throws IOException {
        Path probe = layout.incoming().resolve("probe");
        Object committed = Files.getAttribute(layout.blob(DIGEST), "unix:ctime");
        Object now = committed;
        while (now.equals(committed)) {
            Files.write(probe, new byte[1]);
            now = Files.getAttribute(probe, "unix:ctime");
        }
        Files.delete(probe);
    }
}
