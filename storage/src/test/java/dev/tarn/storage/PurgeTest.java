package dev.tarn.storage;

import static dev.tarn.pull.BlobStoreContract.commit;
import static dev.tarn.pull.BlobStoreContract.random;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tarn.oci.Accept;
import dev.tarn.oci.Descriptor;
import dev.tarn.oci.Digest;
import dev.tarn.oci.MediaType;
import dev.tarn.oci.RawManifest;
import dev.tarn.oci.RegistryHost;
import dev.tarn.oci.Repository;
import dev.tarn.oci.RepositoryName;
import dev.tarn.oci.Tag;
import dev.tarn.pull.BlobContent;
import dev.tarn.pull.ManifestStore.TagEntry;
import dev.tarn.pull.ManifestStore.TagMeaning;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Images that are purged, of blobs of a hundred bytes each.
final class PurgeTest {

    private static final String OCI = "application/vnd.oci.image.";
    private static final Repository APP = repository("team/app");
    private static final Repository OTHER = repository("team/other");

    @TempDir private Path root = Path.of("");
    private DiskStore store;

    @BeforeEach
    void open() throws IOException {
        store = DiskStore.open(root);
    }

    @AfterEach
    void close() {
        store.close();
    }

    private static Repository repository(String name) {
        return new Repository(new RegistryHost("docker.io"), new RepositoryName(name));
    }

    private static Digest blob(int seed) {
        return Digest.of(Digest.Algorithm.SHA256, random(100, seed));
    }

    private static String descriptors(String type, List<Digest> digests) {
        return digests.stream()
                .map(it ->
                        "{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":100}".formatted(type, it))
                .collect(Collectors.joining(","));
    }

    private static RawManifest image(int config, Integer... layers) {
        return manifest(
                OCI + "manifest.v1+json",
                "{\"schemaVersion\":2,\"config\":%s,\"layers\":[%s]}"
                        .formatted(
                                descriptors(OCI + "config.v1+json", List.of(blob(config))),
                                descriptors(
                                        OCI + "layer.v1.tar",
                                        Arrays.stream(layers).map(PurgeTest::blob).toList())));
    }

    private static RawManifest index(RawManifest... images) {
        return manifest(
                OCI + "index.v1+json",
                "{\"schemaVersion\":2,\"manifests\":[%s]}"
                        .formatted(
                                descriptors(
                                        OCI + "manifest.v1+json",
                                        Arrays.stream(images).map(RawManifest::digest).toList())));
    }

    private static RawManifest manifest(String type, String json) {
        return RawManifest.of(new MediaType(type), Digest.Algorithm.SHA256, json.getBytes(UTF_8));
    }

    /// As if it had been pulled, with these blobs.
    private void pull(Repository repository, String tag, RawManifest manifest, Integer... blobs)
            throws IOException {
        TagEntry entry =
                new TagEntry(
                        new Descriptor(manifest.mediaType(), manifest.digest(), manifest.size()),
                        Instant.EPOCH);
        store.manifests()
                .putFetched(
                        repository,
                        manifest,
                        Optional.of(new TagMeaning(new Tag(tag), Accept.ANYTHING, entry)));
        for (int seed : blobs) {
            commit(store.blobs(), blob(seed), random(100, seed));
            store.manifests().link(repository, blob(seed));
        }
    }

    private Purge prepare(Repository repository, String tag) throws Exception {
        return store.preparePurge(List.of(new ImageReference(repository, new Tag(tag))));
    }

    private List<Integer> stored() {
        return IntStream.range(0, 10).filter(seed -> holds(blob(seed))).boxed().toList();
    }

    private boolean holds(Digest digest) {
        try {
            return store.holds(digest);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void anImageGoesWithItsTagItsManifestsAndItsBlobs() throws Exception {
        RawManifest arm = image(1, 2);
        RawManifest index = index(arm);
        pull(APP, "v1", index);
        pull(APP, "v1-arm", arm, 1, 2);
        pull(APP, "v2", image(3, 4), 3, 4);

        assertThat(prepare(APP, "v1-arm").run())
                .as("the index names it")
                .isEqualTo(new Purged(0, 0, 0, 2, 200, 0, 0));
        assertThat(prepare(APP, "v1").run()).isEqualTo(new Purged(2, 2, 200, 0, 0, 0, 0));

        assertThat(stored()).containsExactly(3, 4);
        assertThat(store.tags(10)).extracting(StoredTag::tag).containsExactly("v2");
        assertThat(store.manifests().find(index.digest())).isEmpty();
        assertThat(store.manifests().find(arm.digest())).isEmpty();
        assertThat(store.manifests().findTag(APP, new Tag("v1"), Accept.ANYTHING)).isEmpty();
        assertThat(store.manifests().isLinked(APP, blob(1))).isFalse();
        assertThat(store.manifests().isLinked(APP, blob(3))).isTrue();
    }

    @Test
    void whatIsAskedForFirstIsWhatThenHappens() throws Exception {
        pull(APP, "v1", image(1, 2, 3), 1, 2, 3);
        pull(APP, "v2", image(4, 2), 4, 2);

        Purged expected = prepare(APP, "v1").expected();
        assertThat(expected).isEqualTo(new Purged(1, 2, 200, 1, 100, 0, 0));
        assertThat(stored()).containsExactly(1, 2, 3, 4);

        assertThat(prepare(APP, "v1").run()).isEqualTo(expected);
        assertThat(stored()).containsExactly(2, 4);
        assertThat(store.manifests().isLinked(APP, blob(2))).isTrue();
    }

    @Test
    void whatAnotherRepositoryHasStaysThere() throws Exception {
        RawManifest image = image(1, 2);
        pull(APP, "v1", image, 1, 2);
        pull(OTHER, "v1", image, 1, 2);

        assertThat(prepare(APP, "v1").run()).isEqualTo(new Purged(0, 0, 0, 2, 200, 0, 0));

        assertThat(store.manifests().isLinked(APP, blob(1))).isFalse();
        assertThat(store.manifests().isLinked(OTHER, blob(1))).isTrue();
        assertThat(store.manifests().isLinked(OTHER, image.digest())).isTrue();
        assertThat(store.manifests().find(image.digest())).contains(image);
        assertThat(prepare(OTHER, "v1").run()).isEqualTo(new Purged(1, 2, 200, 0, 0, 0, 0));
        assertThat(stored()).isEmpty();
    }

    @Test
    void aBlobThatOnlyALinkSpeaksOfStays() throws Exception {
        pull(APP, "v1", image(1, 2), 1, 2);
        store.manifests().link(OTHER, blob(2));

        assertThat(prepare(APP, "v1").run()).isEqualTo(new Purged(1, 1, 100, 1, 100, 0, 0));
        assertThat(stored()).containsExactly(2);
    }

    @Test
    void imagesThatShareGoTogether() throws Exception {
        pull(APP, "v1", image(1, 2), 1, 2);
        pull(OTHER, "v1", image(3, 2), 3, 2);

        Purged purged =
                store.preparePurge(
                                List.of(
                                        new ImageReference(APP, new Tag("v1")),
                                        new ImageReference(OTHER, new Tag("v1"))))
                        .run();

        assertThat(purged).isEqualTo(new Purged(2, 3, 300, 0, 0, 0, 0));
    }

    @Test
    void aDigestGoesWithAllTagsThatMeanIt() throws Exception {
        RawManifest image = image(1, 2);
        pull(APP, "v1", image, 1, 2);
        pull(APP, "latest", image);

        Purged purged = store.preparePurge(List.of(new ImageReference(APP, image.digest()))).run();

        assertThat(purged).isEqualTo(new Purged(1, 2, 200, 0, 0, 0, 0));
        assertThat(store.tags(10)).isEmpty();
    }

    @Test
    void aBlobThatIsReadGoesOnceItIsFree() throws Exception {
        pull(APP, "v1", image(1, 2), 1, 2);
        try (BlobContent read = store.blobs().find(blob(2)).orElseThrow()) {
            assertThat(prepare(APP, "v1").expected())
                    .isEqualTo(new Purged(1, 1, 100, 0, 0, 1, 100));
            assertThat(prepare(APP, "v1").run()).isEqualTo(new Purged(1, 1, 100, 0, 0, 1, 100));
            assertThat(read.awaitSize()).isEqualTo(100);
            assertThat(stored()).containsExactly(2);
        }

        await().atMost(Duration.ofSeconds(60)).until(() -> stored().isEmpty());
    }

    @Test
    void whatIsLeftOfADownloadGoesToo() throws Exception {
        pull(APP, "v1", image(1, 2), 1);
        try (var incoming = store.blobs().begin(blob(2))) {
            incoming.reserve(100);
            incoming.write(0, ByteBuffer.allocate(10));
            Purged purged = prepare(APP, "v1").run();

            assertThat(purged.blobs()).isEqualTo(1);
            assertThat(new Layout(root).incoming(blob(2))).as("it is being filled").exists();
        }
    }

    @Test
    void whatIsNotThereTakesNothingAlong() throws Exception {
        pull(APP, "v1", image(1, 2), 1, 2);

        assertThat(prepare(APP, "v2").run()).isEqualTo(new Purged(0, 0, 0, 0, 0, 0, 0));
        assertThat(stored()).containsExactly(1, 2);
    }
}
