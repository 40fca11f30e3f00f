package dev.tarn.pull;

import dev.tarn.oci.ByteRange;
import dev.tarn.oci.RegistryException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// How far one download has come, and how it ended: all that its threads and its readers share,
/// behind one monitor. Nobody holds the monitor while waiting for the network, nor for more of the
/// disk than a file that is opened.
final class Progress {

    /// How a download stands. Everything but the first is an outcome, and the first outcome counts.
    enum State {
        RUNNING,
        COMMITTED,
        FAILED,
        STOPPED
    }

    /// How much is withheld until the digest has been checked. One byte would do; a little more
    /// lets small blobs leave in one piece.
    private static final int HELD_BACK_BYTES = 16 << 10;

    private final Chunks chunks;
    private final Duration idleTimeout;
    private final Set<DownloadReader> readers = new LinkedHashSet<>();
    private final Map<Thread, Optional<Source.Fetch>> fetching = new HashMap<>();
    private State state = State.RUNNING;
    private long readerlessSince = System.nanoTime();
    private @Nullable RegistryException failure;
    private @Nullable IncomingBlob file;

    Progress(DownloadConfig config) {
        this.chunks = new Chunks(config.chunkBytes());
        this.idleTimeout = config.idleTimeout();
    }

    // Readers.

    /// Takes in one more reader; false once there is an outcome.
    synchronized boolean join(DownloadReader reader) throws IOException {
        if (state != State.RUNNING) {
            return false;
        }
        if (file != null) {
            reader.open(file.open());
        }
        return readers.add(reader);
    }

    synchronized void leave(DownloadReader reader) {
        readers.remove(reader);
        if (readers.isEmpty()) {
            readerlessSince = System.nanoTime();
            notifyAll();
        }
    }

    synchronized long awaitSize() throws InterruptedException {
        while (true) {
            throwFailure();
            if (chunks.size().isPresent()) {
                return chunks.size().getAsLong();
            }
            wait();
        }
    }

    synchronized long awaitReadable(long position) throws InterruptedException {
        while (true) {
            throwFailure();
            long end = chunks.presentEnd(position);
            if (state != State.COMMITTED) {
                end = Math.min(end, chunks.size().orElse(0) - HELD_BACK_BYTES);
            }
            if (end > position) {
                return end;
            }
            wait();
        }
    }

    // Workers.

    /// The next part to ask a source for; empty where nothing is left to ask for.
    synchronized Optional<Chunks.Chunk> claim(ByteRange wantedFirst) {
        if (state != State.RUNNING) {
            return Optional.empty();
        }
        OptionalLong size = chunks.size();
        return size.isEmpty()
                ? Optional.of(chunks.first(wantedFirst))
                : chunks.next(
                        readers.stream().map(reader -> reader.wanted(size.getAsLong())).toList());
    }

    /// The calling worker is about to ask, or has an answer. From here on `stopFetches` reaches it.
    synchronized void fetching(Optional<Source.Fetch> fetch) throws InterruptedException {
        if (state != State.RUNNING) {
            throw new InterruptedException("the download has ended");
        }
        fetching.put(Thread.currentThread(), fetch);
    }

    synchronized void fetched() {
        fetching.remove(Thread.currentThread());
    }

    /// Fits the chunk to the answer; false where they contradict each other.
    synchronized boolean open(Chunks.Chunk chunk, Source.Fetch answer) {
        boolean fits = chunks.open(chunk, answer.start(), answer.end(), answer.size());
        notifyAll();
        return fits;
    }

    synchronized void wrote(Chunks.Chunk chunk, long count) {
        chunks.wrote(chunk, count);
        notifyAll();
    }

    synchronized void end(Chunks.Chunk chunk) {
        chunks.end(chunk);
        notifyAll();
    }

    /// Whether a source has answered yet.
    synchronized boolean isConfirmed() {
        return chunks.isConfirmed();
    }

    /// How many requests would bring what is missing; none while nobody knows the size.
    synchronized long missingChunks() {
        return chunks.size().isPresent() ? chunks.missingChunks() : 0;
    }

    // The hasher.

    /// Waits until the unbroken prefix reaches beyond `position`; `position` itself once that is
    /// all.
    synchronized long awaitPrefix(long position) throws InterruptedException {
        while (state == State.RUNNING) {
            long end = chunks.presentEnd(0);
            boolean isWhole = chunks.size().isPresent() && end == chunks.size().getAsLong();
            if (isWhole || (end > position && chunks.isConfirmed())) {
                return end;
            }
            wait();
        }
        throw new InterruptedException("the download has ended");
    }

    // The supervisor.

    /// The file is there: whoever has come to read it gets it opened, and what an earlier download
    /// left in it need not be fetched again.
    synchronized void begin(IncomingBlob incoming) throws IOException {
        file = incoming;
        incoming.remainder().ifPresent(chunks::resume);
        for (DownloadReader reader : readers) {
            reader.open(incoming.open());
        }
    }

    /// Waits for an outcome. A download that nobody has read for a while, and that has much to
    /// come, stops.
    synchronized void awaitOutcome() throws InterruptedException {
        while (state == State.RUNNING) {
            long nanosLeft = idleNanosLeft();
            if (nanosLeft <= 0) {
                state = State.STOPPED;
                notifyAll();
            } else {
                TimeUnit.NANOSECONDS.timedWait(this, nanosLeft);
            }
        }
    }

    private long idleNanosLeft() {
        return readers.isEmpty() && !chunks.isNearlyDone()
                ? idleTimeout.toNanos() - (System.nanoTime() - readerlessSince)
                : Long.MAX_VALUE;
    }

    /// A worker that waits for an answer is interrupted; one that has a body loses it. So no thread
    /// is ever interrupted while it writes, which would close the file.
    void stopFetches() {
        List<Source.Fetch> bodies = new ArrayList<>();
        synchronized (this) {
            fetching.forEach(
                    (worker, fetch) -> fetch.ifPresentOrElse(bodies::add, worker::interrupt));
        }
        bodies.forEach(Source.Fetch::close);
    }

    synchronized Optional<IncomingBlob.Remainder> remainder() {
        return chunks.remainder();
    }

    // The outcome.

    /// Takes precedence over having been stopped meanwhile: what is committed is whole.
    synchronized void commit() {
        state = State.COMMITTED;
        failure = null;
        notifyAll();
    }

    synchronized void fail(State outcome, RegistryException reason) {
        if (state == State.RUNNING) {
            state = outcome;
            failure = reason;
            notifyAll();
        }
    }

    synchronized boolean isCommitted() {
        return state == State.COMMITTED;
    }

    synchronized Optional<RegistryException> failure() {
        return Optional.ofNullable(failure);
    }

    private void throwFailure() {
        if (failure != null) {
            throw failure;
        }
    }
}
