package dev.tarn.storage;

import static dev.tarn.pull.BlobStoreContract.commit;
import static dev.tarn.pull.BlobStoreContract.random;
import static dev.tarn.pull.BlobStoreContract.read;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tarn.oci.Accept;
import dev.tarn.oci.Descriptor;
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
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Images whose tags are pinned, in a store of which everything else is evicted.
final class PinsTest {

    private static final String OCI = "application/vnd.oci.image.";
    private static final Repository REPOSITORY =
            new Repository(new RegistryHost("docker.io"), new RepositoryName("library/alpine"));
    private static final Budget BUDGET =
            new Budget(
                    Budget.DEFAULT.capacity(),
                    Budget.DEFAULT.eviction(),
                    List.of(Pin.parse("docker.io/library/*:stable")));

    @TempDir private Path root;

    private static Digest blob(int seed) {
        return Digest.of(Digest.Algorithm.SHA256, random(100, seed));
    }

    private static String descriptor(String type, Digest digest) {
        return "{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":100}".formatted(type, digest);
    }

    private static RawManifest image(int config, Integer... layers) {
        return manifest(
                OCI + "manifest.v1+json",
                "{\"schemaVersion\":2,\"config\":%s,\"layers\":[%s]}"
                        .formatted(
                                descriptor(OCI + "config.v1+json", blob(config)),
                                Arrays.stream(layers)
                                        .map(it -> descriptor(OCI + "layer.v1.tar", blob(it)))
                                        .collect(Collectors.joining(","))));
    }

    private static RawManifest index(Digest... manifests) {
        return manifest(
                OCI + "index.v1+json",
                "{\"schemaVersion\":2,\"manifests\":[%s]}"
                        .formatted(
                                Arrays.stream(manifests)
                                        .map(it -> descriptor(OCI + "manifest.v1+json", it))
                                        .collect(Collectors.joining(","))));
    }

    private static RawManifest manifest(String type, String json) {
        return RawManifest.of(new MediaType(type), Digest.Algorithm.SHA256, json.getBytes(UTF_8));
    }

    private static TagEntry entry(RawManifest manifest) {
        return new TagEntry(
                new Descriptor(manifest.mediaType(), manifest.digest(), manifest.size()),
                Instant.EPOCH);
    }

    private static void tag(DiskStore store, String tag, RawManifest manifest) {
        store.manifests().putTag(REPOSITORY, new Tag(tag), Accept.ANYTHING, entry(manifest));
    }

    private static void storeBlobs(DiskStore store, int count) throws IOException {
        for (int seed = 0; seed < count; seed++) {
            commit(store.blobs(), blob(seed), random(100, seed));
        }
    }

    /// The blobs that stay when all go that may.
    private static List<Digest> staying(DiskStore store, int count) throws IOException {
        assertThat(((DiskBlobStore) store.blobs()).evictor().makeRoom(Long.MAX_VALUE)).isFalse();
        return IntStream.range(0, count)
                .mapToObj(PinsTest::blob)
                .filter(digest -> isStored(store, digest))
                .toList();
    }

    private static boolean isStored(DiskStore store, Digest digest) {
        return store.blobs()
                .find(digest)
                .map(it -> {
                    it.close();
                    return it;
                })
                .isPresent();
    }

    @Test
    void theBlobsOfAPinnedImageStay() throws Exception {
        try (DiskStore store = DiskStore.open(root, StoreConfig.DEFAULT.withBudget(BUDGET))) {
            RawManifest image = image(1, 2, 3);
            RawManifest other = image(3, 4);
            store.manifests().put(image);
            store.manifests().put(other);
            tag(store, "stable", image);
            tag(store, "latest", other);
            storeBlobs(store, 6);

            assertThat(staying(store, 6)).containsExactly(blob(1), blob(2), blob(3));
            assertThat(read(store.blobs(), blob(2))).isEqualTo(random(100, 2));
        }
    }

    @Test
    void ofAnIndexTheManifestsThatAreHereCount() throws Exception {
        try (DiskStore store = DiskStore.open(root, StoreConfig.DEFAULT.withBudget(BUDGET))) {
            RawManifest arm = image(1, 2);
            RawManifest intel = image(3, 4);
            RawManifest index = index(arm.digest(), intel.digest());
            tag(store, "stable", index);
            store.manifests().put(index);
            store.manifests().put(arm);
            storeBlobs(store, 6);
            assertThat(staying(store, 6)).containsExactly(blob(1), blob(2));

            store.manifests().put(intel);
            storeBlobs(store, 6);
            assertThat(staying(store, 6)).containsExactly(blob(1), blob(2), blob(3), blob(4));
        }
    }

    @Test
    void aTagThatMovesTakesItsPinAlong() throws Exception {
        try (DiskStore store = DiskStore.open(root, StoreConfig.DEFAULT.withBudget(BUDGET))) {
            for (RawManifest image : List.of(image(1, 2), image(3, 4))) {
                store.manifests()
                        .putFetched(
                                REPOSITORY,
                                image,
                                Optional.of(
                                        new TagMeaning(
                                                new Tag("stable"), Accept.ANYTHING, entry(image))));
                storeBlobs(store, 6);
            }

            assertThat(staying(store, 6)).containsExactly(blob(3), blob(4));
        }
    }

    @Test
    void pinsHoldAfterARestart() throws Exception {
        try (DiskStore store = DiskStore.open(root, StoreConfig.DEFAULT.withBudget(BUDGET))) {
            RawManifest image = image(1, 2);
            store.manifests().put(image);
            tag(store, "stable", image);
            storeBlobs(store, 4);
        }
        try (DiskStore store = DiskStore.open(root, StoreConfig.DEFAULT.withBudget(BUDGET))) {
            assertThat(staying(store, 4)).containsExactly(blob(1), blob(2));
        }
    }

    @Test
    void pinsThatAreAddedLaterHoldAtOnceAndAfterARestart() throws Exception {
        Pin pin = Pin.parse("docker.io/library/alpine:3.*");
        try (DiskStore store = DiskStore.open(root)) {
            RawManifest image = image(1, 2);
            store.manifests().put(image);
            tag(store, "3.20", image);
            storeBlobs(store, 4);

            store.pin(pin);
            store.pin(pin);
            assertThat(store.addedPins()).containsExactly(pin);
            assertThat(store.pinsOf(REPOSITORY, new Tag("3.20"))).containsExactly(pin);
            assertThat(store.pinsOf(REPOSITORY, new Tag("4"))).isEmpty();
            assertThat(staying(store, 4)).containsExactly(blob(1), blob(2));
        }
        try (DiskStore store = DiskStore.open(root)) {
            assertThat(store.addedPins()).containsExactly(pin);
            storeBlobs(store, 4);
            assertThat(staying(store, 4)).containsExactly(blob(1), blob(2));

            assertThat(store.unpin(pin)).isTrue();
            assertThat(store.unpin(pin)).isFalse();
            assertThat(staying(store, 4)).isEmpty();
        }
        try (DiskStore store = DiskStore.open(root)) {
            assertThat(store.addedPins()).isEmpty();
        }
    }

    @Test
    void theyAreBesideThoseOfTheConfiguration() throws Exception {
        try (DiskStore store = DiskStore.open(root, StoreConfig.DEFAULT.withBudget(BUDGET))) {
            Pin configured = BUDGET.pins().getFirst();
            store.pin(configured);

            assertThat(store.configuredPins()).containsExactly(configured);
            assertThat(store.addedPins()).isEmpty();
            assertThat(store.unpin(configured)).isFalse();
            assertThat(store.pinsOf(REPOSITORY, new Tag("stable"))).containsExactly(configured);
        }
    }

    @Test
    void aFileOfPinsThatCannotBeReadIsNamed() throws Exception {
        DiskStore.open(root).close();
        Files.writeString(root.resolve("PINS"), "docker.io/library/*\nalpine\n");

        assertThatThrownBy(() -> DiskStore.open(root).close())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("PINS:2: 'alpine' is not registry/repository");
    }

    @Test
    void thereIsAnEndToPins() throws Exception {
        try (DiskStore store = DiskStore.open(root)) {
            for (int i = 0; i < Pins.ADDED_MAX; i++) {
                store.pin(Pin.parse("docker.io/library/app:v" + i));
            }

            assertThatThrownBy(() -> store.pin(Pin.parse("docker.io/library/app:more")))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("there are 1000 pins already");
        }
    }

    @Test
    void whereEverythingIsPinnedThereIsNoRoom() throws Exception {
        Budget tight = new Budget(new Capacity.Bytes(200), BUDGET.eviction(), BUDGET.pins());
        try (DiskStore store = DiskStore.open(root, StoreConfig.DEFAULT.withBudget(tight))) {
            RawManifest image = image(0, 1);
            store.manifests().put(image);
            tag(store, "stable", image);
            storeBlobs(store, 2);

            try (var incoming = store.blobs().begin(blob(9))) {
                assertThatThrownBy(() -> incoming.reserve(1))
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("pinned");
            }
            assertThat(store.blobCount()).isEqualTo(2);
        }
    }
}
