package dev.tarn.storage;

import dev.tarn.oci.Digest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Throws away what nobody will use, so that a store that runs for years holds blobs and little
/// else. Runs on the thread of the upkeep.
final class Housekeeping {

    /// Long enough for somebody to look at what was damaged.
    static final Duration QUARANTINE_TIME = Duration.ofDays(30);

    static final long QUARANTINE_BYTES_MAX = 1L << 30;

    /// How long the beginning of a blob is kept that nobody has come back for.
    static final Duration REMAINDER_TIME = Duration.ofDays(7);

    static final int TAGS_MAX = 100_000;

    private static final int ROWS_PER_COMMIT = 1_000;
    private static final Logger LOG = LoggerFactory.getLogger(Housekeeping.class);

    private record Quarantined(Path path, Instant since, long size) {}

    private final Layout layout;
    private final DiskBlobStore blobs;
    private final Index index;
    private final InstantSource clock;
    private final int tagsMax;

    Housekeeping(
            Layout layout, DiskBlobStore blobs, Index index, InstantSource clock, int tagsMax) {
        this.layout = layout;
        this.blobs = blobs;
        this.index = index;
        this.clock = clock;
        this.tagsMax = tagsMax;
    }

    void run() {
        tidy("the quarantine", this::emptyQuarantine);
        tidy("broken indexes", this::keepOneBrokenIndex);
        tidy("incoming files", this::forgetRemainders);
        tidy("tags", this::forgetTags);
    }

    /// What cannot be thrown away today is in the way tomorrow again.
    private static void tidy(String what, Sync.Action action) {
        try {
            action.run();
        } catch (IOException | UncheckedIOException e) {
            LOG.warn("{}: not all of it could be thrown away", what, e);
        }
    }

    private void emptyQuarantine() throws IOException {
        List<Quarantined> all = new ArrayList<>();
        for (Path path : list(layout.quarantine())) {
            FileTime since = (FileTime) Files.getAttribute(path, "unix:ctime");
            all.add(new Quarantined(path, since.toInstant(), Files.size(path)));
        }
        all.sort(Comparator.comparing(Quarantined::since).reversed());
        Instant tooOld = clock.instant().minus(QUARANTINE_TIME);
        long bytes = 0;
        for (Quarantined one : all) {
            bytes += one.size();
            if (one.since().isBefore(tooOld) || bytes > QUARANTINE_BYTES_MAX) {
                delete(one.path());
            }
        }
    }

    private void keepOneBrokenIndex() throws IOException {
        List<Integer> numbers = layout.brokenIndexes();
        int latest = numbers.stream().mapToInt(it -> it).max().orElse(0);
        for (int number : numbers) {
            if (number != latest) {
                delete(layout.brokenIndex(number));
            }
        }
    }

    private void forgetRemainders() throws IOException {
        Instant tooOld = clock.instant().minus(REMAINDER_TIME);
        for (Path path : list(layout.incoming())) {
            Optional<Digest> digest = layout.digestOfIncoming(path);
            if (digest.isPresent() && modified(path).isBefore(tooOld)) {
                blobs.forgetIncoming(digest.get());
            }
        }
    }

    private static Instant modified(Path path) throws IOException {
        try {
            return Files.getLastModifiedTime(path).toInstant();
        } catch (NoSuchFileException e) {
            LOG.debug("{} is no longer on its way in", path, e);
            return Instant.MAX;
        }
    }

    /// There is a row for each tag and whatever clients accept, which strangers choose: those that
    /// were confirmed longest ago go first.
    private void forgetTags() throws IOException {
        LongStream.Builder times = LongStream.builder();
        index.forEach(Family.TAG, (_, row) -> times.add(checkedAt(row)));
        long[] inOrder = times.build().sorted().toArray();
        int tooMany = inOrder.length - tagsMax;
        if (tooMany <= 0) {
            return;
        }
        long latestToGo = inOrder[tooMany - 1];
        List<Change> changes = new ArrayList<>();
        index.forEach(
                Family.TAG,
                (key, row) -> {
                    if (checkedAt(row) <= latestToGo) {
                        changes.add(Change.delete(Family.TAG, key));
                    }
                });
        for (int start = 0; start < changes.size(); start += ROWS_PER_COMMIT) {
            int end = Math.min(changes.size(), start + ROWS_PER_COMMIT);
            index.commit(changes.subList(start, end).toArray(Change[]::new));
        }
        LOG.info("{} tags forgotten that nobody has asked for in a long time", changes.size());
    }

    private static long checkedAt(byte[] row) {
        return Row.read("a tag", row, ByteBuffer::getLong).orElse(Long.MIN_VALUE);
    }

    private static List<Path> list(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }

    private static void delete(Path tree) throws IOException {
        try (Stream<Path> files = Files.walk(tree)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
        LOG.info("{} deleted", tree);
    }
}
