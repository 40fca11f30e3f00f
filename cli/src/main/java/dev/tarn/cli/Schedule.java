package dev.tarn.cli;

import dev.tarn.cli.image.Trial;
import dev.tarn.config.ImageJob;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Runs what the mirror is to pull of itself: one image at a time, on one thread, so that it never
/// takes more than a client would.
final class Schedule implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Schedule.class);

    /// The clock may be set meanwhile.
    private static final Duration NAP_MAX = Duration.ofSeconds(30);

    /// How one image is pulled.
    @FunctionalInterface
    interface Puller {
        Trial pull(Errand errand) throws InterruptedException;
    }

    /// Hears how it went.
    interface Listener {
        void ended(ImageJob job, Trial trial);

        /// All images of a job have been tried.
        void ended(ImageJob job, Errand.Round round);
    }

    private final Agenda agenda;
    private final InstantSource clock;
    private final Puller puller;
    private final Listener listener;
    private final Lock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private @Nullable Thread thread;

    Schedule(Agenda agenda, InstantSource clock, Puller puller, Listener listener) {
        this.agenda = agenda;
        this.clock = clock;
        this.puller = puller;
        this.listener = listener;
    }

    void start() {
        thread = Thread.ofPlatform().name("schedule").daemon().start(this::run);
    }

    /// Goes on with these jobs; the image that is being pulled is pulled to its end.
    void replace(List<ImageJob> jobs) {
        lock.lock();
        try {
            agenda.replace(jobs, clock.instant());
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /// Has the images of this pulled as soon as can be.
    void add(ImageJob pushed) {
        lock.lock();
        try {
            if (!agenda.add(pushed)) {
                LOG.warn("{} is not prewarmed: too much was pushed at once", pushed.images());
            }
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        try {
            while (true) {
                run(await());
            }
        } catch (InterruptedException e) {
            LOG.debug("the schedule is closed");
        }
    }

    private Errand await() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            Optional<Errand> errand = agenda.take(clock.instant());
            while (errand.isEmpty()) {
                var _ = changed.await(nap().toNanos(), TimeUnit.NANOSECONDS);
                errand = agenda.take(clock.instant());
            }
            return errand.get();
        } finally {
            lock.unlock();
        }
    }

    private Duration nap() {
        Instant now = clock.instant();
        Duration left = agenda.nextAt().map(next -> Duration.between(now, next)).orElse(NAP_MAX);
        return left.compareTo(NAP_MAX) < 0 ? left : NAP_MAX;
    }

    private void run(Errand errand) throws InterruptedException {
        boolean isGood = false;
        try {
            Trial trial = puller.pull(errand);
            isGood = trial.isGood();
            listener.ended(errand.job(), trial);
        } catch (RuntimeException e) {
            LOG.error("{} of {} failed", errand.image(), errand.job(), e);
        }
        errand.round().end(isGood);
        if (errand.round().isOver()) {
            listener.ended(errand.job(), errand.round());
        }
    }

    @Override
    public void close() {
        try {
            if (thread != null) {
                thread.interrupt();
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
