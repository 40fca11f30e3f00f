package dev.tarn.storage;

import static dev.tarn.pull.BlobStoreContract.commit;
import static dev.tarn.pull.BlobStoreContract.random;
import static dev.tarn.pull.BlobStoreContract.read;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tarn.oci.Accept;
import dev.tarn.oci.Digest;
import dev.tarn.oci.MediaType;
import dev.tarn.oci.RawManifest;
import dev.tarn.oci.RegistryHost;
import dev.tarn.oci.Repository;
import dev.tarn.oci.RepositoryName;
import dev.tarn.oci.Tag;
import dev.tarn.pull.ManifestStore.TagEntry;
import dev.tarn.pull.ManifestStore.TagMeaning;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Stores that were made by earlier versions, and that every later one has to read: one archive per
/// format that there ever was. Never made again; a new format adds one.
final class GoldenStoreTest {

    private static final Repository ALPINE =
            new Repository(new RegistryHost("docker.io"), new RepositoryName("library/alpine"));
    private static final RawManifest MANIFEST =
            RawManifest.of(
                    MediaType.OCI_MANIFEST,
                    Digest.Algorithm.SHA256,
                    "{\"golden\":1}".getBytes(UTF_8));
    private static final TagEntry ENTRY =
            new TagEntry(MANIFEST.descriptor(), Instant.ofEpochSecond(1_800_000_000, 5));

    @TempDir private Path root;

    @Test
    void aStoreOfFormatOneIsRead() throws Exception {
        unpack("store-1.zip");

        for (int opening = 0; opening < 2; opening++) {
            try (DiskStore store = DiskStore.open(root)) {
                assertThat(store.manifests().find(MANIFEST.digest()).orElseThrow().bytes())
                        .isEqualTo(MANIFEST.bytes());
                assertThat(store.manifests().findTag(ALPINE, new Tag("latest"), Accept.ANYTHING))
                        .contains(ENTRY);
                assertThat(store.manifests().isLinked(ALPINE, MANIFEST.digest())).isTrue();
                for (Digest.Algorithm algorithm : Digest.Algorithm.values()) {
                    assertThat(read(store.blobs(), Digest.of(algorithm, random(3_000, 1))))
                            .isEqualTo(random(3_000, 1));
                }
                assertThat(store.blobCount()).isEqualTo(2);
                assertThat(store.byteCount()).isEqualTo(6_000);
                await().until(store::isComplete);
                assertThat(store.damagedCount()).isZero();
            }
        }
        assertThat(new Layout(root).brokenIndexes()).isEmpty();
    }

    private void unpack(String name) throws IOException {
        try (InputStream file =
                        Objects.requireNonNull(GoldenStoreTest.class.getResourceAsStream(name));
                ZipInputStream zip = new ZipInputStream(file)) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                Path path = root.resolve(entry.getName()).normalize();
                assertThat(path.startsWith(root)).isTrue();
                if (!entry.isDirectory()) {
                    Files.createDirectories(path.resolve("..").normalize());
                    Files.copy(zip, path);
                }
            }
        }
    }

    /// What the archives hold.
    static final class Maker {

        private Maker() {}

        public static void main(String[] arguments) throws IOException {
            try (DiskStore store = DiskStore.open(Path.of(arguments[0]))) {
                for (Digest.Algorithm algorithm : Digest.Algorithm.values()) {
                    byte[] bytes = random(3_000, 1);
                    commit(store.blobs(), Digest.of(algorithm, bytes), bytes);
                }
                store.manifests()
                        .putFetched(
                                ALPINE,
                                MANIFEST,
                                Optional.of(
                                        new TagMeaning(new Tag("latest"), Accept.ANYTHING, ENTRY)));
            }
        }
    }
}
