package dev.tarn.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Manifests of which each becomes a large tree, many at once.
@Timeout(60)
class LargeManifestsTest {

    private final ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor();

    @AfterEach
    void stop() {
        clients.shutdownNow();
    }

    /// So many bytes at least, of elements that take much more as a tree.
    private static byte[] manifest(int bytes) {
        return ("{\"schemaVersion\":2,\"x\":[" + "{},".repeat(bytes / 3) + "{}]}")
                .getBytes(StandardCharsets.UTF_8);
    }

    private Future<Optional<MediaType>> read(byte[] body) {
        return clients.submit(() -> ManifestParser.typeOf(MediaType.OCI_INDEX, body));
    }

    @Test
    void aThirdTreeWaitsUntilOneOfTwoIsGone() throws Exception {
        byte[] large = manifest(ManifestParser.LARGE_BYTES);
        RawManifest index = RawManifest.of(MediaType.OCI_INDEX, Digest.Algorithm.SHA256, large);
        ManifestParser.LARGE_TREES.acquire(ManifestParser.LARGE_TREES_MAX);
        List<Future<?>> all = new ArrayList<>();
        try {
            all.add(read(large));
            all.add(clients.submit(() -> ManifestParser.parse(index)));
            all.add(clients.submit(() -> ManifestParser.platforms(index)));
            await().until(() -> ManifestParser.LARGE_TREES.getQueueLength() == 3);
            await().during(Duration.ofMillis(200))
                    .until(() -> all.stream().noneMatch(Future::isDone));
        } finally {
            ManifestParser.LARGE_TREES.release(ManifestParser.LARGE_TREES_MAX);
        }

        for (Future<?> one : all) {
            assertThat(one.get()).isNotNull();
        }
    }

    @Test
    void usualOnesDoNotWait() throws Exception {
        ManifestParser.LARGE_TREES.acquire(ManifestParser.LARGE_TREES_MAX);
        try {
            byte[] usual = manifest(ManifestParser.LARGE_BYTES - 100);

            assertThat(read(usual).get()).contains(MediaType.OCI_INDEX);
        } finally {
            ManifestParser.LARGE_TREES.release(ManifestParser.LARGE_TREES_MAX);
        }
    }

    @Test
    void whetherReadOrRefusedTheyMakeRoomForTheNext() throws Exception {
        byte[] cut = manifest(ManifestParser.LARGE_BYTES * 2);
        cut[cut.length - 1] = ' ';
        byte[] tooMuch = manifest(RawManifest.SIZE_MAX - 100);
        for (int i = 0; i < 2 * ManifestParser.LARGE_TREES_MAX; i++) {
            assertThat(read(cut).get()).isEmpty();
            assertThat(read(tooMuch).get()).isEmpty();
        }

        assertThat(read(manifest(ManifestParser.LARGE_BYTES)).get()).contains(MediaType.OCI_INDEX);
    }
}
