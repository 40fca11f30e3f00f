package dev.tarn.storage;

import static dev.tarn.pull.BlobStoreContract.commit;
import static dev.tarn.pull.BlobStoreContract.random;
import static dev.tarn.pull.BlobStoreContract.read;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tarn.oci.Digest;
import dev.tarn.oci.RegistryException.Throttled;
import dev.tarn.pull.BlobContent;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A store in a process that may have few files open, and one whose callers take all of them.
final class DescriptorsTest {

    private static final int FILES_MAX = 200;
    private static final int BLOBS = 300;

    @TempDir private Path root;

    @Test
    void whoNeedsOneWaitsForAMoment() throws Exception {
        AtomicInteger shed = new AtomicInteger();
        Descriptors descriptors = new Descriptors(shed::incrementAndGet);

        assertThat(
                        descriptors.<String>need(() -> {
                            if (shed.get() < 3) {
                                throw new IOException("x (Too many open files)");
                            }
                            return "open";
                        }))
                .isEqualTo("open");
    }

    @Test
    void whatFailsOtherwiseFailsAtOnce() {
        AtomicInteger shed = new AtomicInteger();
        Descriptors descriptors = new Descriptors(shed::incrementAndGet);

        assertThatThrownBy(() ->
                        descriptors.needFor(() -> {
                            throw new IOException("no such luck");
                        }))
                .hasMessage("no such luck");
        assertThat(shed).hasValue(0);
    }

    @Test
    void nothingIsMissingOrDamagedOnlyBecauseTooManyFilesAreOpen() throws Exception {
        Process process =
                new ProcessBuilder(
                                "sh",
                                "-c",
                                "ulimit -n " + FILES_MAX + "; exec \"$@\"",
                                "sh",
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:-MaxFDLimit",
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Crowded.class.getName(),
                                root.toString())
                        .redirectErrorStream(true)
                        .start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);

        assertThat(process.waitFor()).as(output).isZero();
        assertThat(output).contains("all is well");
    }

    /// Runs with few descriptors.
    static final class Crowded {

        private Crowded() {}

        public static void main(String[] arguments) throws Exception {
            Path root = Path.of(arguments[0]);
            try (DiskStore store = DiskStore.open(root)) {
                List<Digest> all = new ArrayList<>();
                for (int i = 0; i < BLOBS; i++) {
                    byte[] bytes = random(1_000, i);
                    all.add(Digest.of(Digest.Algorithm.SHA256, bytes));
                    commit(store.blobs(), all.get(i), bytes);
                }
                for (int i = 0; i < BLOBS; i++) {
                    assertThat(read(store.blobs(), all.get(i))).isEqualTo(random(1_000, i));
                }
                // to load a class from a folder takes a descriptor, which there is none of later
                var _ = new Throttled("to have it loaded", Duration.ZERO);
                List<BlobContent> readers = new ArrayList<>();
                assertThatThrownBy(
                                () -> {
                                    for (Digest digest : all) {
                                        readers.add(store.blobs().find(digest).orElseThrow());
                                    }
                                })
                        .isInstanceOf(Throttled.class);
                readers.forEach(BlobContent::close);
                byte[] more = random(1_000, BLOBS);
                all.add(Digest.of(Digest.Algorithm.SHA256, more));
                commit(store.blobs(), all.get(BLOBS), more);
                for (int i = 0; i <= BLOBS; i++) {
                    assertThat(read(store.blobs(), all.get(i))).isEqualTo(random(1_000, i));
                }
                assertThat(store.damagedCount()).isZero();
                assertThat(store.blobCount()).isEqualTo(BLOBS + 1);
                assertThat(root.resolve("quarantine")).isEmptyDirectory();
            }
            System.out.println("all is well");
        }
    }
}
