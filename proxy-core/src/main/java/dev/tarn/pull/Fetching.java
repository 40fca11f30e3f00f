package dev.tarn.pull;

import dev.tarn.oci.ByteRange;
import dev.tarn.oci.RegistryException;
import dev.tarn.oci.RegistryException.StoreFailed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;

/// The side of a download's progress that its workers see: what to ask a source for next, what has
/// come of it, and what has not. Behind the same lock.
final class Fetching {

    /// How long the first bytes of a blob may be awaited, and be on their way to a reader, before
    /// more of it is asked for.
    private static final long HEAD_START_NANOS = Duration.ofMillis(10).toNanos();

    /// How long those who are ahead wait for a reader that nothing but memory keeps bytes for.
    private static final long PASSAGE_WAIT_NANOS = Duration.ofSeconds(5).toNanos();

    private final Progress progress;
    private final Retries retries;
    private final Map<Thread, Optional<Source.Fetch>> fetches = new LinkedHashMap<>();
    private OptionalLong openedAt = OptionalLong.empty();
    private long broughtAt;
    private long pauseEnd;

    Fetching(Progress progress) {
        this.progress = progress;
        this.retries = new Retries(new SplittableRandom(progress.now()));
        this.broughtAt = progress.now();
        this.pauseEnd = broughtAt;
    }

    /// Waits until there is a part to ask for; false once there will be none. The first bytes have
    /// a short time for themselves, until somebody has taken them: more requests would be in the
    /// way of whoever waits for those.
    boolean awaitWork() throws InterruptedException {
        try (Progress.Locked _ = progress.locked()) {
            while (progress.isRunning() && !progress.isWhole()) {
                long nanosLeft = Math.max(headStartNanosLeft(), pauseEnd - progress.now());
                if (!hasUnclaimed()) {
                    progress.work.await();
                } else if (nanosLeft <= 0) {
                    return true;
                } else {
                    progress.await(progress.work, nanosLeft);
                }
            }
            return false;
        }
    }

    /// What goes past the disk comes in order, over one connection.
    private boolean hasUnclaimed() {
        return progress.chunks().hasUnclaimed()
                && !(progress.isPassing() && progress.chunks().isRunning());
    }

    private long headStartNanosLeft() {
        boolean isOver =
                openedAt.isEmpty()
                        || (progress.chunks().isUnderWay() && progress.audience().hasTaken());
        return isOver ? 0 : openedAt.getAsLong() + HEAD_START_NANOS - progress.now();
    }

    /// The next part to ask a source for; empty where nothing is left to ask for, or not yet.
    Optional<Chunks.Chunk> claim(ByteRange wantedFirst, long partBytes) {
        try (Progress.Locked _ = progress.locked()) {
            if (!progress.isRunning() || !hasUnclaimed() || pauseEnd - progress.now() > 0) {
                return Optional.empty();
            }
            if (!progress.chunks().isConfirmed()) {
                return Optional.of(progress.chunks().first(wantedFirst));
            }
            OptionalLong size = progress.chunks().size();
            return size.isEmpty() || progress.isPassing()
                    ? progress.chunks().rest()
                    : progress.chunks()
                            .next(progress.audience().wanted(size.getAsLong()), partBytes);
        }
    }

    /// The calling worker is about to ask, or has an answer. From here on `stop` reaches it.
    void asking(Optional<Source.Fetch> fetch) throws InterruptedException {
        try (Progress.Locked _ = progress.locked()) {
            if (!progress.isRunning()) {
                throw new InterruptedException("the download has ended");
            }
            fetches.put(Thread.currentThread(), fetch);
        }
    }

    /// Waits until there is a file for what is here of the answer.
    void awaitFile() throws InterruptedException {
        try (Progress.Locked _ = progress.locked()) {
            while (!progress.hasFile()) {
                if (!progress.isRunning()) {
                    throw new InterruptedException("the download has ended");
                }
                progress.filed.await();
            }
        }
    }

    void asked() {
        try (Progress.Locked _ = progress.locked()) {
            fetches.remove(Thread.currentThread());
        }
    }

    /// Fits the chunk to the answer; false where they contradict each other. Readers hear of the
    /// first answer together with its first bytes, unless some are here from an earlier download.
    boolean open(Chunks.Chunk chunk, Source.Fetch answer) {
        try (Progress.Locked _ = progress.locked()) {
            boolean isFirst = openedAt.isEmpty();
            boolean fits =
                    progress.chunks().open(chunk, answer.start(), answer.end(), answer.size());
            openedAt = OptionalLong.of(openedAt.orElse(progress.now()));
            if (isFirst && progress.chunks().isUnderWay()) {
                progress.tellAll();
            } else {
                progress.work.signal();
            }
            return fits;
        }
    }

    /// Those who wait for the first bytes get the processor before what comes behind them does.
    void wrote(Chunks.Chunk chunk, long count) throws InterruptedException {
        try (Progress.Locked _ = progress.locked()) {
            boolean isFirst = !progress.chunks().isUnderWay();
            progress.chunks().wrote(chunk, count);
            broughtAt = progress.now();
            if (isFirst) {
                progress.audience().hearAll();
                awaitReader();
                progress.tellAll();
            } else {
                progress.audience().hear();
            }
        }
    }

    private void awaitReader() throws InterruptedException {
        for (long left = headStartNanosLeft();
                left > 0 && progress.isRunning();
                left = headStartNanosLeft()) {
            progress.await(progress.taken, left);
        }
    }

    void end(Chunks.Chunk chunk) {
        try (Progress.Locked _ = progress.locked()) {
            progress.chunks().end(chunk);
            progress.tellAll();
        }
    }

    /// Whether a part that did not come will be asked for again, so that its failure is not the
    /// download's.
    boolean goesOnWithout(Chunks.Chunk chunk, RegistryException reason) {
        try (Progress.Locked _ = progress.locked()) {
            if (!progress.isRunning()) {
                return true;
            }
            Optional<Duration> sinceProgress =
                    progress.chunks().isConfirmed() && progress.chunks().isUnderWay()
                            ? Optional.of(Duration.ofNanos(progress.now() - broughtAt))
                            : Optional.empty();
            Optional<Duration> pause = retries.pause(reason, Chunks.failures(chunk), sinceProgress);
            if (pause.isEmpty()) {
                return false;
            }
            progress.chunks().fail(chunk);
            pauseEnd = Math.max(pauseEnd, progress.now() + pause.get().toNanos());
            progress.work.signal();
            return true;
        }
    }

    /// Gives up a part that cannot be written yet; what it did not bring is missing again.
    void putOff(Chunks.Chunk chunk) {
        try (Progress.Locked _ = progress.locked()) {
            progress.chunks().giveBack(chunk);
            progress.work.signal();
        }
    }

    /// Waits until there is room in memory for bytes that go past the disk; false where others must
    /// come first. Those who are ahead do not wait for ever for those who are behind.
    boolean awaitRoom(Chunks.Chunk chunk, PrefixHash hash) throws InterruptedException {
        try (Progress.Locked _ = progress.locked()) {
            Passage passage = progress.filling().passage();
            while (progress.isRunning()) {
                if (progress.audience().isEmpty() || progress.isSecondTry()) {
                    throw new StoreFailed("the disk takes nothing, and nobody waits for it", null);
                }
                long needed = Math.min(progress.audience().lowestPosition(), hash.position());
                passage.freeBefore(needed);
                if (progress.chunks().presentEnd(needed) < chunk.cursor()
                        || progress.chunks().isRunningBefore(chunk)) {
                    return false;
                }
                if (passage.hasRoom()) {
                    return true;
                }
                long waitStart = progress.now();
                progress.await(progress.room, PASSAGE_WAIT_NANOS);
                if (progress.now() - waitStart >= PASSAGE_WAIT_NANOS) {
                    progress.audience().leaveSlowestBehind();
                }
            }
            throw new InterruptedException("the download has ended");
        }
    }

    /// A worker that waits for an answer is interrupted; one that has a body loses it. So no thread
    /// is ever interrupted while it writes, which would close the file.
    void stop() {
        List<Source.Fetch> bodies = new ArrayList<>();
        try (Progress.Locked _ = progress.locked()) {
            fetches.forEach(
                    (worker, fetch) -> fetch.ifPresentOrElse(bodies::add, worker::interrupt));
        }
        bodies.forEach(Source.Fetch::close);
    }
}
