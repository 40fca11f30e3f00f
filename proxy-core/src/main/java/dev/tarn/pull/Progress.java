package dev.tarn.pull;

import dev.tarn.oci.ByteRange;
import dev.tarn.oci.RegistryException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// How far one download has come, and how it ended: all that its threads and its readers share,
/// behind one lock. Nobody holds the lock while waiting for the network, nor for more of the disk
/// than a file that is opened.
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

    /// How long the first bytes of a blob may be awaited before more of it is asked for.
    private static final long HEAD_START_NANOS = Duration.ofMillis(10).toNanos();

    private final Chunks chunks;
    private final Duration idleTimeout;
    private final Lock lock = new ReentrantLock();

    /// There may be a part to ask for.
    private final Condition work = lock.newCondition();

    /// Something is to be hashed that no worker hashes, or all is hashed.
    private final Condition backlog = lock.newCondition();

    /// There is an outcome, or nobody reads, or news to tell.
    private final Condition supervised = lock.newCondition();

    private final Audience audience = new Audience(lock, supervised);
    private final Map<Thread, Optional<Source.Fetch>> fetching = new HashMap<>();
    private OptionalLong openedAt = OptionalLong.empty();
    private State state = State.RUNNING;
    private volatile boolean hasReaders;
    private @Nullable RegistryException failure;
    private @Nullable IncomingBlob file;

    Progress(DownloadConfig config) {
        this.chunks = new Chunks(config.chunkBytes());
        this.idleTimeout = config.idleTimeout();
    }

    /// Whether anybody reads. Takes no lock: others ask who hold one of their own.
    boolean hasReaders() {
        return hasReaders;
    }

    // Readers.

    /// Takes in one more reader; false once there is an outcome.
    boolean join(DownloadReader reader) throws IOException {
        try (Hold _ = hold()) {
            if (state != State.RUNNING) {
                return false;
            }
            if (file != null) {
                reader.open(file.open());
            }
            hasReaders = true;
            return audience.add(reader);
        }
    }

    void leave(DownloadReader reader) {
        try (Hold _ = hold()) {
            audience.remove(reader);
            hasReaders = !audience.isEmpty();
        }
    }

    long awaitSize() throws InterruptedException {
        try (Hold _ = hold()) {
            while (true) {
                throwFailure();
                if (chunks.size().isPresent()) {
                    return chunks.size().getAsLong();
                }
                audience.arrived().await();
            }
        }
    }

    /// Waits for bytes at `position`; unless the reader is eager, for many, or for news.
    long awaitReadable(DownloadReader reader, long position) throws InterruptedException {
        try (Hold _ = hold()) {
            long edition = audience.edition();
            while (true) {
                throwFailure();
                long end = readableEnd(position);
                boolean isEager =
                        state == State.COMMITTED
                                || Audience.isEager(reader, position, chunks.size().orElse(0));
                if (audience.isEnough(end - position, isEager, edition)) {
                    return end;
                }
                (isEager ? audience.arrived() : audience.news(end > position)).await();
            }
        }
    }

    private long readableEnd(long position) {
        long end = chunks.presentEnd(position);
        return state == State.COMMITTED
                ? end
                : Math.min(end, chunks.size().orElse(0) - HELD_BACK_BYTES);
    }

    // Workers.

    /// Waits until there is a part to ask for; false once there will be none. The first bytes have
    /// a short time for themselves: more requests would be in the way of whoever waits for those.
    boolean awaitWork() throws InterruptedException {
        try (Hold _ = hold()) {
            while (state == State.RUNNING && !isWhole()) {
                if (!chunks.hasUnclaimed()) {
                    work.await();
                } else if (headStartNanosLeft() <= 0) {
                    return true;
                } else {
                    var _ = work.awaitNanos(headStartNanosLeft());
                }
            }
            return false;
        }
    }

    private long headStartNanosLeft() {
        return chunks.isUnderWay() || openedAt.isEmpty()
                ? 0
                : openedAt.getAsLong() + HEAD_START_NANOS - System.nanoTime();
    }

    /// The next part to ask a source for; empty where nothing is left to ask for.
    Optional<Chunks.Chunk> claim(ByteRange wantedFirst, long partBytes) {
        try (Hold _ = hold()) {
            if (state != State.RUNNING) {
                return Optional.empty();
            }
            OptionalLong size = chunks.size();
            return size.isEmpty()
                    ? Optional.of(chunks.first(wantedFirst))
                    : chunks.next(audience.wanted(size.getAsLong()), partBytes);
        }
    }

    /// The calling worker is about to ask, or has an answer. From here on `stopFetches` reaches it.
    void fetching(Optional<Source.Fetch> fetch) throws InterruptedException {
        try (Hold _ = hold()) {
            if (state != State.RUNNING) {
                throw new InterruptedException("the download has ended");
            }
            fetching.put(Thread.currentThread(), fetch);
        }
    }

    void fetched() {
        try (Hold _ = hold()) {
            fetching.remove(Thread.currentThread());
        }
    }

    /// Fits the chunk to the answer; false where they contradict each other. Readers hear of the
    /// first answer together with its first bytes, unless some are here from an earlier download.
    boolean open(Chunks.Chunk chunk, Source.Fetch answer) {
        try (Hold _ = hold()) {
            boolean isFirst = openedAt.isEmpty();
            boolean fits = chunks.open(chunk, answer.start(), answer.end(), answer.size());
            openedAt = OptionalLong.of(openedAt.orElse(System.nanoTime()));
            if (isFirst && chunks.isUnderWay()) {
                tellAll();
            } else {
                work.signal();
            }
            return fits;
        }
    }

    void wrote(Chunks.Chunk chunk, long count) {
        try (Hold _ = hold()) {
            boolean isFirst = !chunks.isUnderWay();
            chunks.wrote(chunk, count);
            if (isFirst) {
                tellAll();
            } else {
                audience.hear();
            }
        }
    }

    void end(Chunks.Chunk chunk) {
        try (Hold _ = hold()) {
            chunks.end(chunk);
            tellAll();
        }
    }

    // The hasher.

    /// Waits until a source has answered for the blob.
    void awaitConfirmation() throws InterruptedException {
        try (Hold _ = hold()) {
            while (!chunks.isConfirmed()) {
                if (state != State.RUNNING) {
                    throw new InterruptedException("the download has ended");
                }
                backlog.await();
            }
        }
    }

    /// Waits until the unbroken prefix reaches beyond what is hashed, and tells how far; empty once
    /// all of the blob is hashed.
    OptionalLong awaitBacklog(PrefixHash hash) throws InterruptedException {
        try (Hold _ = hold()) {
            while (state == State.RUNNING) {
                if (isWhole() && hash.position() == chunks.presentEnd(0)) {
                    return OptionalLong.empty();
                }
                if (hasBacklog(hash)) {
                    return OptionalLong.of(chunks.presentEnd(0));
                }
                backlog.await();
            }
        }
        throw new InterruptedException("the download has ended");
    }

    /// A worker has hashed what it could.
    void hashed(PrefixHash hash) {
        try (Hold _ = hold()) {
            if (hasBacklog(hash) || isWhole()) {
                backlog.signal();
            }
        }
    }

    private boolean hasBacklog(PrefixHash hash) {
        return chunks.isConfirmed() && chunks.presentEnd(0) > hash.position();
    }

    private boolean isWhole() {
        return chunks.size().isPresent() && chunks.presentEnd(0) == chunks.size().getAsLong();
    }

    // The supervisor.

    /// The file is there: whoever has come to read it gets it opened, and what an earlier download
    /// left in it need not be fetched again.
    void begin(IncomingBlob incoming) throws IOException {
        try (Hold _ = hold()) {
            file = incoming;
            incoming.remainder().ifPresent(chunks::resume);
            for (DownloadReader reader : audience.readers()) {
                reader.open(incoming.open());
            }
        }
    }

    /// Waits for an outcome, and tells the news meanwhile. A download that nobody has read for a
    /// while, and that has much to come, stops.
    void awaitOutcome() throws InterruptedException {
        try (Hold _ = hold()) {
            while (state == State.RUNNING) {
                long now = System.nanoTime();
                long idleNanosLeft = idleNanosLeft(now);
                long newsNanosLeft = audience.newsNanosLeft(now);
                if (idleNanosLeft <= 0) {
                    state = State.STOPPED;
                    tellAll();
                } else if (newsNanosLeft <= 0) {
                    audience.tellNews(now);
                } else {
                    var _ = supervised.awaitNanos(Math.min(idleNanosLeft, newsNanosLeft));
                }
            }
        }
    }

    private long idleNanosLeft(long now) {
        return audience.isEmpty() && !chunks.isNearlyDone()
                ? idleTimeout.toNanos() - (now - audience.emptySince())
                : Long.MAX_VALUE;
    }

    /// A worker that waits for an answer is interrupted; one that has a body loses it. So no thread
    /// is ever interrupted while it writes, which would close the file.
    void stopFetches() {
        List<Source.Fetch> bodies = new ArrayList<>();
        try (Hold _ = hold()) {
            fetching.forEach(
                    (worker, fetch) -> fetch.ifPresentOrElse(bodies::add, worker::interrupt));
        }
        bodies.forEach(Source.Fetch::close);
    }

    Optional<IncomingBlob.Remainder> remainder() {
        try (Hold _ = hold()) {
            return chunks.remainder();
        }
    }

    // The outcome.

    /// Takes precedence over having been stopped meanwhile: what is committed is whole.
    void commit() {
        try (Hold _ = hold()) {
            state = State.COMMITTED;
            failure = null;
            tellAll();
        }
    }

    void fail(State outcome, RegistryException reason) {
        try (Hold _ = hold()) {
            if (state == State.RUNNING) {
                state = outcome;
                failure = reason;
                tellAll();
            }
        }
    }

    boolean isCommitted() {
        try (Hold _ = hold()) {
            return state == State.COMMITTED;
        }
    }

    Optional<RegistryException> failure() {
        try (Hold _ = hold()) {
            return Optional.ofNullable(failure);
        }
    }

    private void throwFailure() {
        if (failure != null) {
            throw failure;
        }
    }

    private void tellAll() {
        audience.hearAll();
        backlog.signal();
        work.signal();
        supervised.signal();
    }

    /// The lock, in a `try`.
    private interface Hold extends AutoCloseable {
        @Override
        void close();
    }

    private Hold hold() {
        lock.lock();
        return lock::unlock;
    }
}
