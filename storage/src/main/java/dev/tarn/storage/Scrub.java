package dev.tarn.storage;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.tarn.oci.Digest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reads and hashes every stored file once in a while, in the order of their digests, so that what
/// has rotted is found before somebody asks for it. What is wrong goes to quarantine; what is right
/// but was not known to be is vouched for.
///
/// Works in small steps, each of which says how long to wait for the next: that keeps it within its
/// rate. Where it has come to is written down now and then, and a restart goes on from there. Used
/// by the upkeep's thread; any thread may ask for the progress.
final class Scrub {

    private static final byte[] ROW = "scrub".getBytes(US_ASCII);

    /// What one step does at most: about a tenth of a second of reading.
    private static final int STEPS_PER_SECOND = 10;

    private static final int STEP_FILES_MAX = 100;

    /// How long to wait where there is nothing to do; the clock may be set meanwhile.
    private static final Duration LONG_WAIT = Duration.ofHours(1);

    /// How long to wait where a file cannot be opened for want of descriptors, or the disk fails.
    private static final Duration TROUBLE_WAIT = Duration.ofSeconds(10);

    private static final long SAVE_INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final int FIRST_BYTES = 256;
    private static final List<Digest.Algorithm> ALGORITHMS = List.of(Digest.Algorithm.values());
    private static final Logger LOG = LoggerFactory.getLogger(Scrub.class);

    private final Layout layout;
    private final Index index;
    private final DiskBlobStore blobs;
    private final Reconciliation reconciliation;
    private final Duration interval;
    private final long rate;
    private final ScrubbedFile.Disk disk;
    private final InstantSource clock;
    private final Deque<Digest> folder = new ArrayDeque<>();

    private volatile ScrubProgress progress;
    private volatile boolean isAskedFor;
    private volatile boolean isRunning;
    private int nextFolder;
    private @Nullable ScrubbedFile file;
    private @Nullable ByteBuffer buffer;
    private long savedAt = System.nanoTime();

    Scrub(
            Layout layout,
            Index index,
            DiskBlobStore blobs,
            Reconciliation reconciliation,
            StoreConfig config,
            ScrubbedFile.Disk disk,
            InstantSource clock)
            throws IOException {
        this.layout = layout;
        this.index = index;
        this.blobs = blobs;
        this.reconciliation = reconciliation;
        this.interval = config.scrubInterval();
        this.rate = config.scrubRate();
        this.disk = disk;
        this.clock = clock;
        this.progress =
                Row.read("the scrub", index.find(Family.ABOUT, ROW), ScrubProgress::ofRow)
                        .orElse(ScrubProgress.NEVER);
    }

    ScrubProgress progress() {
        return progress;
    }

    /// Lets a pass begin with the next step, whatever the time; where one goes on, that is it.
    void ask() {
        isAskedFor = true;
    }

    /// Whether a pass goes on, or is about to.
    boolean isRunning() {
        return isAskedFor || isRunning;
    }

    /// Does a little, where it is time; how long to wait then.
    Duration step() {
        if (interval.isZero() && !isRunning()) {
            return LONG_WAIT;
        }
        try {
            if (!isRunning && !begin()) {
                return LONG_WAIT;
            }
            long startedAt = System.nanoTime();
            long nanos = TimeUnit.SECONDS.toNanos(1) * readSome() / rate;
            saveNowAndThen();
            return Duration.ofNanos(Math.max(0, nanos - (System.nanoTime() - startedAt)));
        } catch (IOException e) {
            LOG.warn("the scrub cannot go on now", e);
            return TROUBLE_WAIT;
        }
    }

    /// Goes on with the pass of before, or starts one if it is time.
    private boolean begin() throws IOException {
        Instant now = clock.instant();
        Optional<Digest> position = progress.position();
        if (position.isPresent()) {
            nextFolder =
                    ALGORITHMS.indexOf(position.get().algorithm()) * FIRST_BYTES
                            + Integer.parseInt(position.get().hex(), 0, 2, 16);
        } else if (isAskedFor || isDue(now)) {
            nextFolder = 0;
            progress = progress.begun(now);
            save();
        } else {
            return false;
        }
        folder.clear();
        buffer = ScrubbedFile.buffer();
        isRunning = true;
        return true;
    }

    /// A pass that began in the future did so before somebody set the clock.
    private boolean isDue(Instant now) {
        return progress.started()
                .map(before -> now.isBefore(before) || !now.isBefore(before.plus(interval)))
                .orElse(true);
    }

    /// How many bytes were read.
    private long readSome() throws IOException {
        long bytes = 0;
        for (int files = 0; files < STEP_FILES_MAX && bytes < rate / STEPS_PER_SECOND; files++) {
            ScrubbedFile current = file == null ? openNext() : file;
            if (current == null) {
                return bytes;
            }
            file = current;
            long before = bytes;
            try {
                int length = current.readOn(require(buffer));
                while (length > 0) {
                    bytes += length;
                    if (bytes >= rate / STEPS_PER_SECOND) {
                        return bytes;
                    }
                    length = current.readOn(require(buffer));
                }
            } catch (IOException e) {
                LOG.warn("{} cannot be read after {} bytes", current.digest(), bytes - before, e);
            }
            close(current);
        }
        return bytes;
    }

    private static ByteBuffer require(@Nullable ByteBuffer buffer) {
        if (buffer == null) {
            throw new IllegalStateException("the scrub has not begun");
        }
        return buffer;
    }

    private void close(ScrubbedFile done) throws IOException {
        file = null;
        done.close();
        settle(done.digest(), done.isRight() ? Optional.of(done.fingerprint()) : Optional.empty());
    }

    /// @param right what the file looks like, if it was found to be right
    private void settle(Digest digest, Optional<Fingerprint> right) throws IOException {
        boolean isDamaged = false;
        boolean isSettled = false;
        try {
            if (right.isPresent()) {
                blobs.vouch(digest, right.get());
            } else {
                isDamaged = blobs.recheck(digest, disk);
            }
            isSettled = true;
        } finally {
            if (!isSettled) {
                folder.addFirst(digest); // and is looked at again
            }
        }
        progress = progress.past(digest, right.map(Fingerprint::size).orElse(0L), isDamaged);
    }

    /// None where the pass is at its end.
    private @Nullable ScrubbedFile openNext() throws IOException {
        while (true) {
            Digest digest = folder.peek();
            if (digest == null) {
                if (!enterNextFolder()) {
                    end();
                    return null;
                }
                continue;
            }
            try {
                ScrubbedFile opened = ScrubbedFile.open(digest, layout.blob(digest), disk);
                folder.remove();
                return opened;
            } catch (NoSuchFileException e) {
                LOG.debug("{} is gone meanwhile", digest, e);
                folder.remove();
            } catch (IOException e) {
                if (Descriptors.areExhausted(e)) {
                    throw e;
                }
                LOG.warn("{} cannot be opened", digest, e);
                folder.remove();
                settle(digest, Optional.empty());
            }
        }
    }

    private boolean enterNextFolder() throws IOException {
        if (nextFolder == ALGORITHMS.size() * FIRST_BYTES) {
            return false;
        }
        Digest.Algorithm algorithm = ALGORITHMS.get(nextFolder / FIRST_BYTES);
        SortedSet<Digest> files = reconciliation.settle(algorithm, nextFolder % FIRST_BYTES);
        folder.addAll(
                progress.position()
                        .filter(digest -> digest.algorithm() == algorithm)
                        .map(digest -> tail(files, digest))
                        .orElse(files));
        nextFolder++;
        return true;
    }

    /// What comes behind `digest`.
    private static SortedSet<Digest> tail(SortedSet<Digest> files, Digest digest) {
        SortedSet<Digest> tail = files.tailSet(digest);
        if (tail.contains(digest)) {
            tail.remove(digest);
        }
        return tail;
    }

    private void end() throws IOException {
        progress = progress.ended(clock.instant());
        isRunning = false;
        isAskedFor = false;
        buffer = null;
        save();
        LOG.info(
                "scrub: {} blobs of {} bytes read, {} were damaged",
                progress.blobs(),
                progress.bytes(),
                progress.damaged());
    }

    private void saveNowAndThen() throws IOException {
        if (isRunning && System.nanoTime() - savedAt > SAVE_INTERVAL_NANOS) {
            save();
        }
    }

    private void save() throws IOException {
        savedAt = System.nanoTime();
        index.commit(Change.put(Family.ABOUT, ROW, progress.toRow()));
    }

    /// Writes down where it has come to. A file that was not read to its end is read again.
    void stop() {
        ScrubbedFile current = file;
        if (current != null) {
            current.close();
            file = null;
        }
        if (isRunning) {
            isRunning = false;
            try {
                save();
            } catch (IOException e) {
                LOG.warn("the scrub will repeat some of what it has done", e);
            }
        }
    }
}
