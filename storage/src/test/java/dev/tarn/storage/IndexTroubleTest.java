package dev.tarn.storage;

import static dev.tarn.pull.BlobStoreContract.commit;
import static dev.tarn.pull.BlobStoreContract.random;
import static dev.tarn.pull.BlobStoreContract.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.tarn.oci.Digest;
import dev.tarn.oci.MediaType;
import dev.tarn.oci.RawManifest;
import dev.tarn.oci.RegistryHost;
import dev.tarn.oci.Repository;
import dev.tarn.oci.RepositoryName;
import dev.tarn.pull.IncomingBlob;
import dev.tarn.pull.IncomingBlob.Remainder;
import dev.tarn.pull.Spans;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// An index that cannot be written, or is found damaged, while the store is in use. A full disk is
/// played by a limit on the size of files, at which the log of the index stops.
final class IndexTroubleTest {

    private static final Repository ALPINE =
            new Repository(new RegistryHost("docker.io"), new RepositoryName("library/alpine"));
    private static final byte[] BYTES = random(100_000, 1);
    private static final Digest DIGEST = Digest.of(Digest.Algorithm.SHA256, BYTES);

    @TempDir private Path folder;
    private Layout layout;
    private DiskStore store;
    private final List<RawManifest> manifests = new ArrayList<>();

    @BeforeEach
    void open() throws IOException {
        layout = new Layout(folder.resolve("store"));
        store = DiskStore.open(layout.root());
        commit(store.blobs(), DIGEST, BYTES);
        awaitComplete();
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void pullsGoOnAndNothingIsForgottenOnceItCanBeWrittenAgain() throws Exception {
        Digest second;
        try (var _ = breakIndex()) {
            second = add(150_000, 2);
            store.manifests().link(ALPINE, second);

            assertThat(store.trouble().orElseThrow()).contains("index");
            assertThat(read(store.blobs(), DIGEST)).isEqualTo(BYTES);
            assertThat(read(store.blobs(), second)).isEqualTo(random(150_000, 2));
            assertThat(store.blobCount()).isEqualTo(2);
            assertThat(store.byteCount()).isEqualTo(250_000);
            assertThat(store.manifests().isLinked(ALPINE, second)).isTrue();
        }
        await().until(() -> store.trouble().isEmpty());
        awaitComplete();
        for (int opening = 0; opening < 2; opening++) {
            assertThat(store.blobCount()).isEqualTo(2);
            assertThat(store.byteCount()).isEqualTo(250_000);
            assertThat(store.manifests().isLinked(ALPINE, second)).isTrue();
            assertThat(manifests).allMatch(it -> store.manifests().find(it.digest()).isPresent());
            assertThat(read(store.blobs(), second)).isEqualTo(random(150_000, 2));
            reopen();
        }
        assertThat(layout.brokenIndexes()).isEmpty();
    }

    @Test
    void itRecoversAgainAndAgain() throws Exception {
        for (int round = 1; round <= 3; round++) {
            try (var _ = breakIndex()) {
                var _ = add(1_000, round);
            }
            await().until(() -> store.trouble().isEmpty());
            awaitComplete();
            assertThat(store.blobCount()).isEqualTo(1 + round);
        }
    }

    @Test
    void whatADownloadKeptIsUsedAgainThoughTheIndexCannotBeWritten() throws Exception {
        byte[] bytes = random(50_000, 3);
        Digest digest = Digest.of(Digest.Algorithm.SHA256, bytes);
        try (var _ = breakIndex()) {
            try (IncomingBlob incoming = store.blobs().begin(digest)) {
                incoming.write(0, ByteBuffer.wrap(bytes, 0, 30_000));
                incoming.keep(new Remainder(50_000, Spans.of(List.of(new Spans.Span(0, 30_000)))));
            }
            try (IncomingBlob incoming = store.blobs().begin(digest)) {
                assertThat(incoming.remainder().orElseThrow().spans().length()).isEqualTo(30_000);
            }
        }
    }

    @Test
    void aBlobWhoseRowWasNeverWrittenIsAdoptedAtTheNextStart() throws Exception {
        Digest second;
        try (var _ = breakIndex()) {
            second = add(150_000, 2);
            store.close();
        }
        reopen();

        assertThat(read(store.blobs(), second)).isEqualTo(random(150_000, 2));
        await().until(() -> store.blobCount() == 2);
        assertThat(store.byteCount()).isEqualTo(250_000);
    }

    @Test
    void aStoreStartsThoughItsIndexCannotBeWritten() throws Exception {
        store.close();
        try (var _ = new FileSizeLimit(0)) {
            store = DiskStore.open(layout.root());
            assertThat(store.trouble()).isPresent();
            assertThat(read(store.blobs(), DIGEST)).isEqualTo(BYTES);
        }
        await().until(() -> store.trouble().isEmpty());
        awaitComplete();
        assertThat(store.blobCount()).isEqualTo(1);
        assertThat(store.byteCount()).isEqualTo(BYTES.length);
    }

    @Test
    void aBlobThatCannotBeWrittenIsAFailureAndTheNextOneIsNot() throws Exception {
        byte[] bytes = random(50_000, 3);
        Digest digest = Digest.of(Digest.Algorithm.SHA256, bytes);
        try (IncomingBlob incoming = store.blobs().begin(digest)) {
            try (var _ = new FileSizeLimit(10_000)) {
                assertThatThrownBy(() -> incoming.write(0, ByteBuffer.wrap(bytes)))
                        .isInstanceOf(IOException.class);
                assertThat(store.trouble().orElseThrow()).contains("blobs cannot be written");
            }
        }
        await().until(() -> store.trouble().isEmpty());
        assertThat(store.blobs().find(digest)).isEmpty();
        commit(store.blobs(), digest, bytes);
        assertThat(read(store.blobs(), digest)).isEqualTo(bytes);
    }

    @Test
    void anIndexThatIsFoundDamagedIsMadeAgainWhileItIsInUse() throws Exception {
        RawManifest manifest = manifest(5, 10);
        store.manifests().put(manifest);
        reopen(); // moves the rows from the log into tables
        zeroTables();

        assertThat(store.manifests().find(manifest.digest())).isEmpty();
        await().until(() -> Files.exists(layout.brokenIndex(1)));
        await().until(() -> store.trouble().isEmpty());
        awaitComplete();
        assertThat(store.blobCount()).isEqualTo(1);
        assertThat(store.byteCount()).isEqualTo(BYTES.length);
        assertThat(read(store.blobs(), DIGEST)).isEqualTo(BYTES);
        store.manifests().put(manifest);
        reopen();
        assertThat(store.manifests().find(manifest.digest())).isPresent();
        assertThat(store.blobCount()).isEqualTo(1);
    }

    @Test
    void aStoreThatIsClosedInTroubleEnds() throws Exception {
        try (var _ = breakIndex()) {
            store.close();
            assertThat(store.blobs().find(Digest.of(Digest.Algorithm.SHA256, new byte[9])))
                    .isEmpty();
        }
    }

    /// Writes until RocksDB cannot.
    private FileSizeLimit breakIndex() {
        FileSizeLimit limit = new FileSizeLimit(200_000);
        for (int i = 0; i < 20 && store.trouble().isEmpty(); i++) {
            RawManifest manifest = manifest(100 + manifests.size(), 60_000);
            store.manifests().put(manifest);
            manifests.add(manifest);
        }
        assertThat(store.trouble()).isPresent();
        return limit;
    }

    private Digest add(int size, long seed) throws IOException {
        byte[] bytes = random(size, seed);
        Digest digest = Digest.of(Digest.Algorithm.SHA256, bytes);
        commit(store.blobs(), digest, bytes);
        return digest;
    }

    private static RawManifest manifest(long seed, int size) {
        return RawManifest.of(MediaType.OCI_MANIFEST, Digest.Algorithm.SHA256, random(size, seed));
    }

    private void reopen() throws IOException {
        store.close();
        store = DiskStore.open(layout.root());
    }

    private void zeroTables() throws IOException {
        try (Stream<Path> files = Files.list(layout.index())) {
            for (Path table : files.filter(it -> it.toString().endsWith(".sst")).toList()) {
                try (var file = FileChannel.open(table, StandardOpenOption.WRITE)) {
                    file.write(ByteBuffer.allocate((int) file.size()), 0);
                }
            }
        }
    }

    private void awaitComplete() {
        await().until(store::isComplete);
    }
}
