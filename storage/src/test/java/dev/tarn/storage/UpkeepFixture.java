package dev.tarn.storage;

import dev.tarn.oci.Digest;
import dev.tarn.pull.BlobStoreContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Set;

/// The parts of a store without its threads, and a clock that stands still until it is set.
final class UpkeepFixture implements AutoCloseable, InstantSource {

    static final Duration INTERVAL = Duration.ofDays(30);

    final Layout layout;
    final Index index;
    final BlobRows rows;
    final PartialRows partials;
    final Trouble trouble;
    final DiskBlobStore blobs;
    final Reconciliation reconciliation;
    Instant now = Instant.now();

    UpkeepFixture(Path root) throws IOException {
        layout = new Layout(root);
        layout.createFolders();
        index = Index.open(layout);
        rows = new BlobRows(index);
        partials = new PartialRows(layout, index);
        trouble = new Trouble(layout.probe(), Duration.ofSeconds(1));
        blobs =
                new DiskBlobStore(
                        layout,
                        rows,
                        partials,
                        trouble,
                        StoreConfig.DEFAULT,
                        Long.MAX_VALUE,
                        Set::of);
        reconciliation = new Reconciliation(layout, rows, blobs.turns());
    }

    Scrub scrub(Duration interval, long rate) throws IOException {
        return scrub(interval, rate, ScrubbedFile::openDirect);
    }

    Scrub scrub(Duration interval, long rate, ScrubbedFile.Disk disk) throws IOException {
        StoreConfig config =
                new StoreConfig(StoreConfig.Verify.SCRUB, interval, rate, Budget.DEFAULT);
        return new Scrub(layout, index, blobs, reconciliation, config, disk, this);
    }

    /// A blob of random bytes.
    Digest add(int size, long seed) throws IOException {
        byte[] bytes = BlobStoreContract.random(size, seed);
        Digest digest = Digest.of(Digest.Algorithm.SHA256, bytes);
        BlobStoreContract.commit(blobs, digest, bytes);
        return digest;
    }

    /// Flips a bit in such a way that nobody can see it but by reading.
    void rot(Digest digest) throws IOException {
        Path file = layout.blob(digest);
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        if (!file.toFile().setWritable(true)) {
            throw new IOException(file + " cannot be made writable");
        }
        Files.write(file, bytes);
        rows.put(digest, Fingerprint.of(file));
        blobs.close(); // forgets what is open
    }

    @Override
    public Instant instant() {
        return now;
    }

    @Override
    public void close() {
        trouble.close();
        blobs.close();
        index.close();
    }
}
