package dev.tarn.pull;

import dev.tarn.oci.RegistryException;
import dev.tarn.oci.RegistryException.StoreFailed;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
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
        /// All of it is here and right.
        VERIFIED,
        /// What came is wrong or lost, but it may come right at the second try.
        REJECTED,
        FAILED,
        STOPPED
    }

    /// How much is withheld until the digest has been checked. One byte would do; a little more
    /// lets small blobs leave in one piece.
    private static final int HELD_BACK_BYTES = 16 << 10;

    private final DownloadConfig config;
    private final Ticker ticker;
    private final Lock lock = new ReentrantLock();

    /// There may be a part to ask for.
    final Condition work = lock.newCondition();

    /// Something is to be hashed that no worker hashes, or all is hashed.
    private final Condition backlog = lock.newCondition();

    /// There is an outcome, or nobody reads, or news to tell.
    private final Condition supervised = lock.newCondition();

    /// There is a file.
    final Condition filed = lock.newCondition();

    /// Somebody has taken the first bytes.
    final Condition taken = lock.newCondition();

    /// Some of what goes past the disk has been taken.
    final Condition room = lock.newCondition();

    /// There is an outcome.
    private final Condition settled = lock.newCondition();

    private final Audience audience;
    private Chunks chunks;
    private State state = State.RUNNING;
    private boolean isSecondTry;
    private volatile boolean hasReaders;
    private @Nullable RegistryException failure;
    private @Nullable Filling file;

    Progress(DownloadConfig config, Ticker ticker) {
        this.config = config;
        this.ticker = ticker;
        this.audience = new Audience(lock, supervised, ticker);
        this.chunks = new Chunks(config.chunkBytes());
    }

    /// Whether anybody reads. Takes no lock: others ask who hold one of their own.
    boolean hasReaders() {
        return hasReaders;
    }

    // Readers.

    /// Takes in one more reader; false once there is an outcome.
    boolean join(DownloadReader reader) throws IOException {
        try (Locked _ = locked()) {
            if (state != State.RUNNING || hasMissed(reader)) {
                return false;
            }
            if (file != null) {
                reader.open(file.open());
            }
            hasReaders = true;
            return audience.add(reader);
        }
    }

    private boolean hasMissed(DownloadReader reader) {
        Chunks.Wanted wanted = reader.wanted(chunks.size().orElse(Long.MAX_VALUE));
        long start = chunks.size().isPresent() ? wanted.position() : reader.needed();
        return file != null && file.passage().hasLost(start, wanted.end());
    }

    void leave(DownloadReader reader) {
        try (Locked _ = locked()) {
            audience.remove(reader);
            hasReaders = !audience.isEmpty();
            room.signal();
        }
    }

    long awaitSize() throws InterruptedException {
        try (Locked _ = locked()) {
            while (true) {
                throwFailure();
                if (chunks.size().isPresent() && hasFile()) {
                    return chunks.size().getAsLong();
                }
                audience.arrived().await();
            }
        }
    }

    /// Waits for bytes at `position`; unless the reader is eager, for many, or for news.
    long awaitReadable(DownloadReader reader, long position) throws InterruptedException {
        try (Locked _ = locked()) {
            long edition = audience.edition();
            room.signal();
            if (audience.takesFirst(reader)) {
                taken.signal();
            }
            while (true) {
                throwFailure();
                if (reader.isLeftBehind()) {
                    throw new StoreFailed("the disk is full, and the reader was too slow", null);
                }
                long end = readableEnd(position);
                boolean isEager =
                        state == State.VERIFIED
                                || Audience.isEager(reader, position, chunks.size().orElse(0));
                if (audience.isEnough(end - position, isEager, edition)) {
                    reader.grant(isSecondTry);
                    return end;
                }
                (isEager ? audience.arrived() : audience.news(end > position)).await();
            }
        }
    }

    /// At the second try readers have had bytes of the first: they wait until it is clear which are
    /// right.
    private long readableEnd(long position) {
        if (state == State.VERIFIED) {
            return chunks.presentEnd(position);
        }
        return isSecondTry
                ? position
                : Math.min(chunks.presentEnd(position), chunks.size().orElse(0) - HELD_BACK_BYTES);
    }

    // The hasher.

    /// Waits until a source has answered for the blob.
    void awaitConfirmation() throws InterruptedException {
        try (Locked _ = locked()) {
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
        try (Locked _ = locked()) {
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
        try (Locked _ = locked()) {
            if (hasBacklog(hash) || isWhole()) {
                backlog.signal();
            }
            room.signal();
        }
    }

    private boolean hasBacklog(PrefixHash hash) {
        return chunks.isConfirmed() && chunks.presentEnd(0) > hash.position();
    }

    boolean isWhole() {
        return chunks.size().isPresent() && chunks.presentEnd(0) == chunks.size().getAsLong();
    }

    // The supervisor.

    /// What an earlier download left need not be fetched again.
    void resume(IncomingBlob.Remainder remainder) {
        try (Locked _ = locked()) {
            chunks.resume(remainder);
        }
    }

    /// The file is there: whoever has come to read it gets it opened.
    void begin(Filling filling) throws IOException {
        try (Locked _ = locked()) {
            for (DownloadReader reader : audience.readers()) {
                reader.open(filling.open());
            }
            file = filling;
            filed.signalAll();
        }
    }

    /// What came is wrong or lost: whether it is worth another try.
    boolean reject() {
        try (Locked _ = locked()) {
            if (state == State.RUNNING && !isSecondTry && !audience.isEmpty()) {
                state = State.REJECTED;
                tellAll();
            }
            return state == State.REJECTED;
        }
    }

    /// Whether everything is to be fetched once more.
    boolean beginsAgain() {
        try (Locked _ = locked()) {
            if (state == State.REJECTED && failure == null) {
                state = State.RUNNING;
                isSecondTry = true;
                chunks = new Chunks(config.chunkBytes());
                file = null;
                return true;
            }
            return false;
        }
    }

    /// Waits for an outcome, and tells the news meanwhile. A download that nobody has read for a
    /// while, and that has much to come, stops.
    void awaitOutcome() throws InterruptedException {
        try (Locked _ = locked()) {
            while (state == State.RUNNING) {
                long now = ticker.nanos();
                long idleNanosLeft = idleNanosLeft(now);
                long newsNanosLeft = audience.newsNanosLeft(now);
                if (idleNanosLeft <= 0) {
                    state = State.STOPPED;
                    tellAll();
                } else if (newsNanosLeft <= 0) {
                    audience.tellNews(now);
                } else {
                    ticker.await(lock, supervised, Math.min(idleNanosLeft, newsNanosLeft));
                }
            }
        }
    }

    private long idleNanosLeft(long now) {
        return audience.isEmpty() && !chunks.isNearlyDone()
                ? config.idleTimeout().toNanos() - (now - audience.emptySince())
                : Long.MAX_VALUE;
    }

    /// What is in the file, where that is all that has come.
    Optional<IncomingBlob.Remainder> remainder() {
        try (Locked _ = locked()) {
            return isPassing() ? Optional.empty() : chunks.remainder();
        }
    }

    /// Waits so long, or until it stands in none of these ways; whether it still does.
    boolean awaitEnd(Duration patience, State... ways) throws InterruptedException {
        try (Locked _ = locked()) {
            long end = ticker.nanos() + patience.toNanos();
            for (long left = patience.toNanos();
                    left > 0 && failure == null && List.of(ways).contains(state);
                    left = end - ticker.nanos()) {
                ticker.await(lock, settled, left);
            }
            return failure == null && List.of(ways).contains(state);
        }
    }

    // The outcome.

    /// Takes precedence over having been stopped meanwhile: what is verified is whole.
    void verified() {
        try (Locked _ = locked()) {
            state = State.VERIFIED;
            failure = null;
            tellAll();
        }
    }

    void fail(State outcome, RegistryException reason) {
        try (Locked _ = locked()) {
            boolean isRejected = state == State.REJECTED && outcome == State.STOPPED;
            if (state == State.RUNNING || isRejected) {
                state = isRejected ? state : outcome; // what is here stays wrong
                failure = reason;
                tellAll();
            }
        }
    }

    State state() {
        try (Locked _ = locked()) {
            return state;
        }
    }

    Optional<RegistryException> failure() {
        try (Locked _ = locked()) {
            return Optional.ofNullable(failure);
        }
    }

    private void throwFailure() {
        if (failure != null) {
            throw failure;
        }
    }

    void tellAll() {
        audience.hearAll();
        backlog.signal();
        work.signal();
        supervised.signal();
        room.signal();
        settled.signalAll();
        taken.signal();
        filed.signalAll();
    }

    // For `Fetching`, which holds the lock.

    long now() {
        return ticker.nanos();
    }

    void await(Condition condition, long nanos) throws InterruptedException {
        ticker.await(lock, condition, nanos);
    }

    boolean isRunning() {
        return state == State.RUNNING;
    }

    boolean isSecondTry() {
        return isSecondTry;
    }

    boolean hasFile() {
        return file != null;
    }

    boolean isPassing() {
        return file != null && file.isPassing();
    }

    Filling filling() {
        return Objects.requireNonNull(file);
    }

    Chunks chunks() {
        return chunks;
    }

    Audience audience() {
        return audience;
    }

    /// The lock, in a `try`.
    interface Locked extends AutoCloseable {
        @Override
        void close();
    }

    Locked locked() {
        lock.lock();
        return lock::unlock;
    }
}
