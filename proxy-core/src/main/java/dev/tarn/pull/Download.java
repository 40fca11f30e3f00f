package dev.tarn.pull;

import static dev.tarn.oci.RegistryException.UpstreamFailed.Kind.WRONG_BYTES;

import dev.tarn.oci.ByteRange;
import dev.tarn.oci.Digest;
import dev.tarn.oci.RegistryException;
import dev.tarn.oci.RegistryException.StoreFailed;
import dev.tarn.oci.RegistryException.Throttled;
import dev.tarn.oci.RegistryException.UpstreamFailed;
import dev.tarn.oci.Repository;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One blob on its way in. It fills one file, which all of its readers read; that file is the only
/// buffer, so no reader's pace or departure touches it.
///
/// Virtual threads share the work. The *supervisor* starts the others and waits for the outcome.
/// The *clerk* makes the file while the source is being asked. A *worker* waits for something to
/// ask for and for a place at the upstream, lets another worker wait for the next, and fetches its
/// part. The *hasher* follows the unbroken prefix of the file and hashes what the workers did not;
/// where that reaches the end, it checks the digest, commits, and lets the last bytes go. The
/// *journalist* has it written down now and then what is safely on disk.
///
/// A part that does not come is asked for again, where that makes sense. Bytes that turn out to be
/// wrong, or that the disk has lost, are all fetched once more. A disk that takes no more bytes has
/// them go past it, as long as somebody waits for them.
final class Download {

    /// Follows a download from outside. Called on the download's own threads.
    interface Observer {
        /// The source has answered for the blob: it exists where it was asked for.
        void opened();

        /// A part did not come, and is asked for again.
        void retried(RegistryException failure);

        /// Verified and committed; the last bytes are about to be released.
        void committed(long size);

        void failed(RegistryException failure);

        /// The last act: whoever asks for this digest from now on starts afresh.
        void ended();
    }

    private static final Logger LOG = LoggerFactory.getLogger(Download.class);

    /// How many times the configured size a part may have, where an upstream is fast.
    private static final long PART_GROWTH_MAX = 8;

    /// What a crash may cost: as much as comes in so long.
    private static final Duration JOURNAL_INTERVAL = Duration.ofSeconds(5);

    private final Digest digest;
    private final Repository startedBy;
    private final Source source;
    private final ByteRange wantedFirst;
    private final Environment environment;
    private final Observer observer;
    private final Progress progress;
    private final Sluice.Gate gate;
    private final Queue<Thread> threads = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean isStarted = new AtomicBoolean();
    private final CountDownLatch ended = new CountDownLatch(1);
    private final long startedAt;
    private volatile PrefixHash hash;
    private volatile Fetching fetching;

    /// @param startedBy the repository through which the blob is fetched
    /// @param wantedFirst the part that the first request asks for
    Download(
            Digest digest,
            Repository startedBy,
            Source source,
            ByteRange wantedFirst,
            Environment environment,
            Sluice sluice,
            Observer observer) {
        this.digest = digest;
        this.startedBy = startedBy;
        this.source = source;
        this.wantedFirst = wantedFirst;
        this.environment = environment;
        this.observer = observer;
        this.startedAt = environment.ticker().nanos();
        this.progress = new Progress(environment.config(), environment.ticker());
        this.fetching = new Fetching(progress);
        this.gate = sluice.gate(progress::hasReaders);
        this.hash = new PrefixHash(digest.algorithm());
    }

    /// Starts the work; whether it was this call that did.
    boolean start() {
        if (!isStarted.compareAndSet(false, true)) {
            return false;
        }
        Thread.ofVirtual().name("download " + digest).start(this::supervise);
        return true;
    }

    Repository startedBy() {
        return startedBy;
    }

    /// Takes in one more reader; empty once the download has an outcome.
    Optional<BlobContent> join(ByteRange wanted) {
        DownloadReader reader = new DownloadReader(progress, wanted);
        try {
            boolean isIn = progress.join(reader);
            gate.look();
            return isIn ? Optional.of(reader) : Optional.empty();
        } catch (IOException e) {
            throw new StoreFailed("cannot read " + digest + " while it arrives", e);
        }
    }

    /// Ends the download where it is, keeping what is here for the next time.
    void stop() {
        progress.fail(
                Progress.State.STOPPED,
                new Throttled("the mirror is stopping", Duration.ofSeconds(1)));
    }

    void awaitEnd() throws InterruptedException {
        ended.await();
    }

    /// Waits for an outcome, and then for the end; whether there is one in time.
    boolean awaitEnd(Duration patience) throws InterruptedException {
        if (progress.awaitEnd(patience, Progress.State.RUNNING, Progress.State.REJECTED)) {
            return false;
        }
        ended.await();
        return true;
    }

    private void supervise() {
        try {
            do {
                fill();
            } while (progress.beginsAgain());
        } catch (IOException e) {
            fail(new StoreFailed("cannot read " + digest + " while it arrives", e));
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts a supervisor", e);
        } catch (RuntimeException | Error e) {
            fail(new StoreFailed("a bug in the supervisor", e));
            throw e;
        } finally {
            end();
        }
    }

    private void fill() throws IOException, InterruptedException {
        try (Filling file = Filling.begin(environment, digest)) {
            hash = new PrefixHash(digest.algorithm());
            fetching = new Fetching(progress);
            file.remainder().ifPresent(progress::resume);
            run("worker", () -> work(file));
            run("clerk", () -> begin(file));
            progress.awaitOutcome();
            fetching.stop();
            for (Thread thread = threads.poll(); thread != null; thread = threads.poll()) {
                thread.join();
            }
            Progress.State outcome = progress.state();
            if (outcome != Progress.State.VERIFIED) {
                boolean isRejected = outcome == Progress.State.REJECTED;
                keep(file, isTrusted(progress.failure()) && !isRejected);
            }
        }
    }

    /// Makes the file first, which may take a disk a while, and then lets all of them have it.
    /// Comes behind the first worker: where both have one processor, the source is asked first.
    private void begin(Filling file) throws IOException {
        try (Filling.Reader _ = file.open()) {
            progress.begin(file);
        }
        run("hasher", () -> hash(file));
        run("journalist", () -> journal(file));
    }

    /// Whatever an observer does, nobody must wait for a download that is over.
    private void end() {
        try {
            progress.failure().ifPresent(observer::failed);
        } finally {
            observer.ended();
            ended.countDown();
        }
    }

    /// Whether what is here may be built on. Not where the bytes, or the disk under them, were
    /// wrong.
    private static boolean isTrusted(Optional<RegistryException> failure) {
        return failure.isEmpty()
                || !(failure.get() instanceof StoreFailed
                        || (failure.get() instanceof UpstreamFailed upstream
                                && upstream.kind() == WRONG_BYTES));
    }

    /// Keeps what is here for the next time, or forgets what had been kept on the way.
    private void keep(Filling file, boolean isTrusted) {
        Optional<IncomingBlob.Remainder> remainder =
                isTrusted ? progress.remainder() : Optional.empty();
        try {
            file.keep(remainder.orElse(new IncomingBlob.Remainder(0, new Spans())));
        } catch (IncomingBlob.SyncFailed e) {
            LOG.warn("{}: nothing of it is kept", digest, e);
        }
    }

    // The journalist.

    private void journal(Filling file) throws InterruptedException {
        while (progress.awaitEnd(JOURNAL_INTERVAL, Progress.State.RUNNING)) {
            Optional<IncomingBlob.Remainder> here = progress.remainder();
            try {
                if (here.isPresent()) {
                    file.keep(here.get());
                }
            } catch (IncomingBlob.SyncFailed e) {
                beginAgain(lost(e));
            }
        }
    }

    // The workers.

    private void work(Filling file) throws InterruptedException {
        while (fetching.awaitWork()) {
            Sluice.Place place = awaitPlace();
            long chunkBytes = environment.config().chunkBytes();
            long partBytes =
                    Math.min(place.partBytes().orElse(chunkBytes), PART_GROWTH_MAX * chunkBytes);
            Optional<Chunks.Chunk> chunk = fetching.claim(wantedFirst, partBytes);
            if (chunk.isPresent()) {
                run("worker", () -> work(file));
                try (place) {
                    fetch(chunk.get(), file, place);
                }
                return;
            }
            place.close();
        }
    }

    private Sluice.Place awaitPlace() throws InterruptedException {
        fetching.asking(Optional.empty());
        try {
            return gate.acquire();
        } finally {
            fetching.asked();
        }
    }

    /// What did not come is known to be missing before somebody else gets the place.
    private void fetch(Chunks.Chunk chunk, Filling file, Sluice.Place place)
            throws InterruptedException {
        try {
            new Part(chunk, file, place, progress, fetching, hash).fetch(source);
        } catch (UpstreamFailed | Throttled e) {
            if (!fetching.goesOnWithout(chunk, e)) {
                throw e;
            }
            observer.retried(e);
            LOG.debug("{}: {} to be asked for again", digest, chunk, e);
        }
    }

    // The hasher.

    /// The observer may take its time, to write down what it hears: no reader waits for that.
    private void hash(Filling file) throws InterruptedException, IOException {
        progress.awaitConfirmation();
        observer.opened();
        try (BlobReader reader = file.open()) {
            for (OptionalLong end = progress.awaitBacklog(hash);
                    end.isPresent();
                    end = progress.awaitBacklog(hash)) {
                hash.readOn(reader, end.getAsLong());
            }
        }
        if (hash.digest().equals(digest)) {
            store(file);
        } else {
            beginAgain(
                    new UpstreamFailed(
                            WRONG_BYTES, startedBy + " sent other bytes than " + digest));
        }
    }

    private void store(Filling file) {
        Duration duration = Duration.ofNanos(environment.ticker().nanos() - startedAt);
        try {
            if (file.commit(hash.position(), duration)) {
                observer.committed(hash.position());
            }
            progress.verified();
        } catch (IncomingBlob.SyncFailed e) {
            beginAgain(lost(e));
        }
    }

    private StoreFailed lost(IncomingBlob.SyncFailed reason) {
        return new StoreFailed("the disk has lost some of " + digest, reason);
    }

    /// All of it is fetched once more, if that has not been tried and somebody waits for it.
    private void beginAgain(RegistryException reason) {
        if (!progress.reject()) {
            throw reason;
        }
        LOG.warn("{} is fetched once more", digest, reason);
    }

    // Failure.

    private interface Step {
        void run() throws InterruptedException, IOException;
    }

    /// Starts a thread of this download.
    private void run(String role, Step step) {
        threads.add(Thread.ofVirtual().name(role + " " + digest).start(guarded(role, step)));
    }

    /// Whatever a thread dies of is the download's failure: a reader must never wait for a thread
    /// that is gone.
    private Runnable guarded(String role, Step step) {
        return () -> {
            try {
                step.run();
            } catch (RegistryException e) {
                fail(e);
            } catch (IOException e) {
                fail(new StoreFailed("cannot store " + digest, e));
            } catch (InterruptedException e) {
                fail(new StoreFailed("the " + role + " was interrupted", e));
            } catch (RuntimeException | Error e) {
                fail(new StoreFailed("a bug in the " + role, e));
                throw e;
            }
        };
    }

    private void fail(RegistryException reason) {
        progress.fail(Progress.State.FAILED, reason);
    }
}
