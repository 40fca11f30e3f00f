package dev.tarn.storage;

import static dev.tarn.pull.BlobStoreContract.commit;
import static dev.tarn.pull.BlobStoreContract.random;
import static dev.tarn.pull.BlobStoreContract.read;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tarn.oci.Digest;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A process that commits blobs is killed at random moments; what it had acknowledged is whole.
final class CrashTest {

    private static final int ROUNDS = 8;

    @TempDir private Path root;

    /// What a killed process cannot tidy away: RocksDB unpacks its native library here.
    @TempDir private Path scratch;

    @Test
    void whatWasAcknowledgedBeforeAKillIsWholeAndNothingElseIsVisible() throws Exception {
        long seed = System.nanoTime();
        Random moments = new Random(seed);
        Set<Digest> acknowledged = new HashSet<>();
        for (int round = 0; round < ROUNDS; round++) {
            acknowledged.addAll(writeAndKill(round, 1 + moments.nextInt(30)));
            assertWhole(acknowledged, "seed %d, round %d".formatted(seed, round));
        }
        assertThat(acknowledged).hasSizeGreaterThanOrEqualTo(ROUNDS);
    }

    @Test
    void aStoreThatAnotherProcessHasIsRefused() throws Exception {
        Process writer = start(0);
        try (BufferedReader acknowledgements = writer.inputReader(UTF_8)) {
            assertThat(acknowledgements.readLine()).isNotNull();
            assertThatThrownBy(() -> DiskStore.open(root))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("is in use");
        } finally {
            writer.destroyForcibly().waitFor();
        }
        DiskStore.open(root).close();
    }

    @Test
    void aProcessThatIsKilledLeavesNothingUnpacked() throws Exception {
        assertThat(writeAndKill(0, 1)).isNotEmpty();
        assertThat(scratch).isEmptyDirectory();
    }

    /// Everything a process acknowledged until it was killed, a little after so many blobs.
    private Set<Digest> writeAndKill(int round, int count) throws Exception {
        Process writer = start(round);
        Set<Digest> acknowledged = new HashSet<>();
        try (BufferedReader lines = writer.inputReader(UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                acknowledged.add(Digest.parse(line));
                if (acknowledged.size() == count) {
                    writer.toHandle().destroyForcibly(); // and leaves the pipe open
                }
            }
        } finally {
            writer.destroyForcibly().waitFor();
        }
        assertThat(acknowledged).hasSizeGreaterThanOrEqualTo(count);
        return acknowledged;
    }

    private void assertWhole(Set<Digest> acknowledged, String when) throws Exception {
        try (DiskStore store = DiskStore.open(root)) {
            assertThat(root.resolve("incoming")).as(when).isEmptyDirectory();
            Set<Digest> inPlace = inPlace();
            assertThat(inPlace).as(when).containsAll(acknowledged);
            long byteCount = 0;
            for (Digest digest : inPlace) {
                byte[] bytes = read(store.blobs(), digest);
                byteCount += bytes.length;
                assertThat(Digest.of(digest.algorithm(), bytes)).as(when).isEqualTo(digest);
            }
            assertThat(root.resolve("quarantine")).as(when).isEmptyDirectory();
            assertThat(store.blobCount()).as(when).isEqualTo(inPlace.size());
            assertThat(store.byteCount()).as(when).isEqualTo(byteCount);
        }
    }

    private Set<Digest> inPlace() throws IOException {
        Layout layout = new Layout(root);
        Digest.Algorithm algorithm = Digest.Algorithm.SHA256;
        try (Stream<Path> files = Files.walk(layout.blobs(algorithm))) {
            return files.flatMap(file -> layout.digestOfBlob(algorithm, file).stream())
                    .collect(Collectors.toSet());
        }
    }

    private Process start(int round) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Xmx128m",
                        "-Djava.io.tmpdir=" + scratch,
                        "-cp",
                        System.getProperty("java.class.path"),
                        Writer.class.getName(),
                        root.toString(),
                        String.valueOf(round))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /// Commits blobs from several threads until it is killed, and prints each digest once it may be
    /// relied on.
    static final class Writer {

        private static final int THREADS = 4;

        private Writer() {}

        public static void main(String[] arguments) throws IOException {
            DiskStore store = DiskStore.open(Path.of(arguments[0]));
            for (int thread = 0; thread < THREADS; thread++) {
                long seed = Long.parseLong(arguments[1]) * THREADS + thread;
                Thread.ofPlatform().start(() -> write(store, new Random(seed)));
            }
        }

        private static void write(DiskStore store, Random random) {
            try {
                while (true) {
                    byte[] bytes = random(1 + random.nextInt(100_000), random.nextLong());
                    Digest digest = Digest.of(Digest.Algorithm.SHA256, bytes);
                    commit(store.blobs(), digest, bytes);
                    System.out.println(digest);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
