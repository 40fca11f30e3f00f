package dev.tarn.storage;

import static dev.tarn.pull.BlobStoreContract.random;
import static dev.tarn.pull.BlobStoreContract.read;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.oci.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ScrubTest {

    private static final long FAST = 1L << 30;

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
    void everyBlobIsReadAndTheDamagedOnesAreTakenAway() throws Exception {
        List<Digest> all = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            all.add(store.add(i == 7 ? 3_000_000 : 1 + 1_000 * i, i));
        }
        for (int i : new int[] {0, 7, 30}) {
            store.rot(all.get(i));
            assertThat(store.blobs.find(all.get(i))).as("it does not show").isPresent();
        }

        ScrubProgress progress = run(store.scrub(UpkeepFixture.INTERVAL, FAST));

        assertThat(progress.blobs()).isEqualTo(50);
        assertThat(progress.damaged()).isEqualTo(3);
        assertThat(progress.fraction()).isEqualTo(1);
        assertThat(progress.finished()).isPresent();
        assertThat(store.blobs.damaged()).isEqualTo(3);
        for (int i = 0; i < 50; i++) {
            boolean isDamaged = i == 0 || i == 7 || i == 30;
            assertThat(store.blobs.find(all.get(i)).isEmpty()).isEqualTo(isDamaged);
            assertThat(Files.exists(store.layout.quarantine(all.get(i)))).isEqualTo(isDamaged);
        }
        assertThat(store.rows.count()).isEqualTo(47);
    }

    /// The disk is played by a damaged copy, and the page cache by the file.
    @Test
    void whatIsRightInThePageCacheOnlyIsTakenAway() throws Exception {
        Digest good = store.add(100_000, 1);
        Digest rotten = store.add(3_000_000, 2);
        Path onDisk = damagedCopy(rotten);
        Path place = store.layout.blob(rotten);
        Scrub scrub =
                store.scrub(
                        UpkeepFixture.INTERVAL,
                        FAST,
                        file -> ScrubbedFile.openDirect(file.equals(place) ? onDisk : file));
        assertThat(read(store.blobs, rotten)).as("hot").isEqualTo(random(3_000_000, 2));

        ScrubProgress progress = run(scrub);

        assertThat(progress.damaged()).isEqualTo(1);
        assertThat(store.blobs.recall(rotten)).as("not even who has it open").isEmpty();
        assertThat(store.blobs.find(rotten)).isEmpty();
        assertThat(store.layout.quarantine(rotten)).exists();
        assertThat(read(store.blobs, good)).isEqualTo(random(100_000, 1));
    }

    @Test
    void whatWasReplacedSinceItWasReadStays() throws Exception {
        Digest digest = store.add(100_000, 1);
        Path damaged = damagedCopy(digest);
        AtomicInteger readings = new AtomicInteger();

        ScrubProgress progress =
                run(
                        store.scrub(
                                UpkeepFixture.INTERVAL,
                                FAST,
                                file ->
                                        ScrubbedFile.openDirect(
                                                readings.incrementAndGet() == 1 ? damaged : file)));

        assertThat(readings).hasValue(2);
        assertThat(progress.damaged()).isZero();
        assertThat(store.rows.find(digest))
                .isEqualTo(Optional.of(Fingerprint.of(store.layout.blob(digest))));
        assertThat(read(store.blobs, digest)).isEqualTo(random(100_000, 1));
    }

    @Test
    void whatGoesAwayWhileItIsReadIsNotDamaged() throws Exception {
        Digest digest = store.add(100_000, 1);
        Path damaged = damagedCopy(digest);
        Scrub scrub =
                store.scrub(
                        UpkeepFixture.INTERVAL,
                        FAST,
                        file -> {
                            Files.delete(file);
                            return ScrubbedFile.openDirect(damaged);
                        });

        assertThat(run(scrub).damaged()).isZero();
        assertThat(store.blobs.find(digest)).isEmpty();
    }

    private Path damagedCopy(Digest digest) throws IOException {
        byte[] bytes = Files.readAllBytes(store.layout.blob(digest));
        bytes[bytes.length / 2] ^= 1;
        return Files.write(root.resolve("damaged"), bytes);
    }

    @Test
    void aRestartGoesOnWhereTheLastProcessStopped() throws Exception {
        for (int i = 0; i < 20; i++) {
            var _ = store.add(300_000, i);
        }
        Scrub first = store.scrub(UpkeepFixture.INTERVAL, 10_000_000);
        var _ = first.step();
        long done = first.progress().blobs();
        assertThat(done).isBetween(1L, 19L);
        assertThat(first.progress().fraction()).isBetween(0.0, 1.0);
        first.stop();
        store.close();
        open();

        Scrub second = store.scrub(UpkeepFixture.INTERVAL, FAST);
        assertThat(second.progress().blobs()).isEqualTo(done);
        ScrubProgress progress = run(second);

        assertThat(progress.blobs()).isEqualTo(20);
        assertThat(progress.bytes()).isEqualTo(6_000_000);
    }

    @Test
    void itWaitsAsLongAsItsRateSays() throws Exception {
        var _ = store.add(500_000, 1);
        Scrub scrub = store.scrub(UpkeepFixture.INTERVAL, 1 << 20);

        Duration wait = scrub.step(); // one piece, which is more than a tenth of a second's

        assertThat(wait).isBetween(Duration.ofMillis(200), Duration.ofMillis(477));
    }

    @Test
    void aPassBeginsOncePerInterval() throws Exception {
        var _ = store.add(1_000, 1);
        Scrub scrub = store.scrub(UpkeepFixture.INTERVAL, FAST);
        assertThat(run(scrub).finished()).isPresent();
        var _ = store.add(1_000, 2);

        store.now = store.now.plus(UpkeepFixture.INTERVAL).minusSeconds(1);
        assertThat(run(scrub).blobs()).isEqualTo(1);
        store.now = store.now.plusSeconds(2);
        assertThat(run(scrub).blobs()).isEqualTo(2);
    }

    @Test
    void aClockThatWasSetBackDoesNotPutItOffForever() throws Exception {
        var _ = store.add(1_000, 1);
        Scrub scrub = store.scrub(UpkeepFixture.INTERVAL, FAST);
        var _ = run(scrub);
        var _ = store.add(1_000, 2);

        store.now = store.now.minus(Duration.ofDays(10_000));

        assertThat(run(scrub).blobs()).isEqualTo(2);
    }

    @Test
    void anIntervalOfNoughtTurnsItOff() throws Exception {
        var _ = store.add(1_000, 1);

        assertThat(run(store.scrub(Duration.ZERO, FAST))).isEqualTo(ScrubProgress.NEVER);
    }

    @Test
    void whoeverAsksForAPassGetsOne() throws Exception {
        var _ = store.add(1_000, 1);
        Scrub scrub = store.scrub(Duration.ZERO, FAST);

        scrub.ask();
        assertThat(scrub.isRunning()).isTrue();
        assertThat(run(scrub).blobs()).isEqualTo(1);
        assertThat(scrub.isRunning()).isFalse();

        var _ = store.add(1_000, 2);
        assertThat(run(scrub).blobs()).as("nobody has asked again").isEqualTo(1);
        scrub.ask();
        assertThat(run(scrub).blobs()).isEqualTo(2);
    }

    @Test
    void filesWithoutARowAreAdoptedAndRowsWithoutAFileDropped() throws Exception {
        List<Digest> rowless = new ArrayList<>();
        List<Digest> fileless = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            rowless.add(store.add(1_000 + i, i));
            fileless.add(store.add(1_000 + i, 1_000 + i));
        }
        for (int i = 0; i < 100; i++) {
            store.rows.remove(rowless.get(i));
            Files.delete(store.layout.blob(fileless.get(i)));
        }

        ScrubProgress progress = run(store.scrub(UpkeepFixture.INTERVAL, FAST));

        assertThat(progress.blobs()).isEqualTo(100);
        assertThat(store.rows.count()).isEqualTo(100);
        assertThat(store.rows.bytes()).isEqualTo(100 * 1_000 + 99 * 100 / 2);
        for (int i = 0; i < 100; i++) {
            assertThat(store.rows.find(fileless.get(i))).isEmpty();
            assertThat(store.rows.find(rowless.get(i)))
                    .as("what was read need not be read again")
                    .isEqualTo(Optional.of(Fingerprint.of(store.layout.blob(rowless.get(i)))));
            assertThat(read(store.blobs, rowless.get(i))).isEqualTo(random(1_000 + i, i));
        }
    }

    @Test
    void whatIsNoFileAtAllIsTakenAway() throws Exception {
        Digest digest = store.add(1_000, 1);
        Files.delete(store.layout.blob(digest));
        Files.createDirectory(store.layout.blob(digest));

        assertThat(run(store.scrub(UpkeepFixture.INTERVAL, FAST)).damaged()).isEqualTo(1);
        assertThat(store.layout.quarantine(digest)).isDirectory();
    }

    @Test
    void theProgressOutlivesItsRow() {
        ScrubProgress progress =
                ScrubProgress.NEVER
                        .begun(Instant.ofEpochSecond(7))
                        .past(Digest.of(Digest.Algorithm.SHA512, new byte[1]), 5, true);

        assertThat(Row.read("it", progress.toRow(), ScrubProgress::ofRow)).contains(progress);
        ScrubProgress ended = progress.ended(Instant.ofEpochSecond(9));
        assertThat(Row.read("it", ended.toRow(), ScrubProgress::ofRow)).contains(ended);
    }

    /// Steps until there is nothing to do.
    private static ScrubProgress run(Scrub scrub) {
        while (scrub.step().compareTo(Duration.ofMinutes(1)) < 0) {
            assertThat(scrub.progress().blobs()).isLessThan(1_000);
        }
        return scrub.progress();
    }
}
