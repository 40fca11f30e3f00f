package dev.tarn.pull;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.oci.Digest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Of many readers of one damaged file, the first has it taken away, and the others leave alone
/// what has come in its place.
class CondemnTest {

    private static final Digest DIGEST = Digest.of(Digest.Algorithm.SHA256, new byte[1]);

    private final List<Digest> condemned = new ArrayList<>();

    /// A blob in this file, or in none.
    private record Content(Optional<FileChannel> file) implements BlobContent {
        @Override
        public long awaitSize() {
            return 1;
        }

        @Override
        public long awaitReadable(long position) {
            return 1;
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            throw new IOException("Input/output error");
        }

        @Override
        public void close() {}
    }

    private void condemn(Optional<BlobContent> stored, BlobContent damaged) {
        BlobStore store =
                new BlobStore() {
                    @Override
                    public Optional<BlobContent> find(Digest digest) {
                        return stored;
                    }

                    @Override
                    public void condemn(Digest digest) {
                        condemned.add(digest);
                    }

                    @Override
                    public IncomingBlob begin(Digest digest) throws IOException {
                        throw new IOException("nothing is fetched here");
                    }
                };
        try (BlobPuller puller =
                new BlobPuller(
                        store,
                        new InMemoryManifestStore(),
                        DownloadConfig.DEFAULT,
                        PullListener.NOBODY)) {
            puller.condemn(DIGEST, damaged);
        }
    }

    @Test
    void theSameFileIsTakenAway(@TempDir Path folder) throws IOException {
        try (FileChannel file = FileChannel.open(Files.createFile(folder.resolve("a")))) {
            Content content = new Content(Optional.of(file));
            condemn(Optional.of(content), content);
        }
        assertThat(condemned).containsExactly(DIGEST);
    }

    @Test
    void anotherFileIsLeftAlone(@TempDir Path folder) throws IOException {
        try (FileChannel old = FileChannel.open(Files.createFile(folder.resolve("a")));
                FileChannel now = FileChannel.open(Files.createFile(folder.resolve("b")))) {
            condemn(Optional.of(new Content(Optional.of(now))), new Content(Optional.of(old)));
        }
        condemn(Optional.empty(), new Content(Optional.empty()));
        assertThat(condemned).isEmpty();
    }

    @Test
    void whereNobodyCanTellItIsTakenAway() {
        condemn(Optional.of(new Content(Optional.empty())), new Content(Optional.empty()));
        assertThat(condemned).containsExactly(DIGEST);
    }
}
