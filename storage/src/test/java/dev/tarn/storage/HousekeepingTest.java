package dev.tarn.storage;

import static dev.tarn.pull.BlobStoreContract.random;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.oci.Accept;
import dev.tarn.oci.Descriptor;
import dev.tarn.oci.Digest;
import dev.tarn.oci.MediaType;
import dev.tarn.oci.RegistryHost;
import dev.tarn.oci.Repository;
import dev.tarn.oci.RepositoryName;
import dev.tarn.oci.Tag;
import dev.tarn.pull.IncomingBlob;
import dev.tarn.pull.IncomingBlob.Remainder;
import dev.tarn.pull.ManifestStore.TagEntry;
import dev.tarn.pull.Spans;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class HousekeepingTest {

    private static final Digest DIGEST = Digest.of(Digest.Algorithm.SHA256, new byte[0]);

    @TempDir private Path root;
    private UpkeepFixture store;

    @BeforeEach
    void open() throws IOException {
        store = new UpkeepFixture(root);
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void whatIsInQuarantineIsKeptForAWhile() throws Exception {
        Files.write(store.layout.quarantine(DIGEST), new byte[1]);
        Files.createDirectories(store.layout.quarantine().resolve("a/folder"));

        keepHouse(Duration.ofDays(29));
        assertThat(store.layout.quarantine(DIGEST)).exists();

        keepHouse(Duration.ofDays(2));
        assertThat(store.layout.quarantine()).isEmptyDirectory();
    }

    @Test
    void theQuarantineHasALimitAndTheOldestGoFirst() throws Exception {
        for (int i = 0; i < 3; i++) {
            Path file = store.layout.quarantine().resolve("sha256-" + i);
            try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
                sparse.setLength(Housekeeping.QUARANTINE_BYTES_MAX / 2);
            }
            awaitLaterThan(file);
        }
        keepHouse(Duration.ZERO);

        assertThat(store.layout.quarantine().resolve("sha256-0")).doesNotExist();
        assertThat(store.layout.quarantine().resolve("sha256-1")).exists();
        assertThat(store.layout.quarantine().resolve("sha256-2")).exists();
    }

    @Test
    void ofTheBrokenIndexesTheLatestIsKept() throws Exception {
        for (int n : new int[] {2, 9, 10}) {
            Files.write(
                    Files.createDirectory(store.layout.brokenIndex(n)).resolve("CURRENT"),
                    new byte[1]);
        }
        keepHouse(Duration.ZERO);

        assertThat(store.layout.brokenIndexes()).containsExactly(10);
        assertThat(store.layout.nextBrokenIndex()).isEqualTo(store.layout.brokenIndex(11));
    }

    @Test
    void aRemainderThatNobodyCameBackForIsForgotten() throws Exception {
        keepSome();

        keepHouse(Duration.ofDays(6));
        assertThat(store.partials.find(DIGEST)).isPresent();

        keepHouse(Duration.ofDays(2));
        assertThat(store.partials.find(DIGEST)).isEmpty();
        assertThat(store.layout.incoming()).isEmptyDirectory();
        assertThat(store.index.find(Family.PARTIAL, RowKey.of(DIGEST))).isNull();
    }

    @Test
    void anOldRemainderThatADownloadGoesOnWithIsLeftAlone() throws Exception {
        keepSome();
        try (IncomingBlob incoming = store.blobs.begin(DIGEST)) {
            keepHouse(Duration.ofDays(30));

            assertThat(incoming.remainder()).isPresent();
            assertThat(store.layout.incoming(DIGEST)).exists();
        }
    }

    @Test
    void tagsThatWereConfirmedLongestAgoAreForgottenWhereThereAreTooMany() throws Exception {
        Repository alpine =
                new Repository(new RegistryHost("docker.io"), new RepositoryName("library/alpine"));
        DiskManifestStore manifests =
                new DiskManifestStore(store.index, new Pins(List.of(), new PinFile(store.layout)));
        Descriptor descriptor = new Descriptor(MediaType.OCI_MANIFEST, DIGEST, 0);
        for (int i = 0; i < 30; i++) {
            Instant checkedAt = Instant.ofEpochSecond(1_000 + 7 * i % 30);
            manifests.putTag(
                    alpine, new Tag("t" + i), Accept.ANYTHING, new TagEntry(descriptor, checkedAt));
        }
        new Housekeeping(store.layout, store.blobs, store.index, store, 10).run();

        DiskManifestStore reread =
                new DiskManifestStore(store.index, new Pins(List.of(), new PinFile(store.layout)));
        for (int i = 0; i < 30; i++) {
            assertThat(reread.findTag(alpine, new Tag("t" + i), Accept.ANYTHING).isPresent())
                    .isEqualTo(7 * i % 30 >= 20);
        }
    }

    private void keepSome() throws IOException {
        try (IncomingBlob incoming = store.blobs.begin(DIGEST)) {
            incoming.write(0, ByteBuffer.wrap(random(1_000, 1)));
            incoming.keep(new Remainder(5_000, Spans.of(List.of(new Spans.Span(0, 1_000)))));
        }
    }

    private void keepHouse(Duration later) {
        store.now = store.now.plus(later);
        new Housekeeping(store.layout, store.blobs, store.index, store, 100).run();
    }

    /// Older kernels stamp changes with a clock of a few milliseconds.
    private static void awaitLaterThan(Path file) throws IOException {
        Path probe = file.resolveSibling("probe");
        Object before = Files.getAttribute(file, "unix:ctime");
        Object now = before;
        while (now.equals(before)) {
            Files.write(probe, new byte[0]);
            now = Files.getAttribute(probe, "unix:ctime");
            Files.delete(probe);
        }
    }
}
