package dev.tarn.report;

import dev.tarn.pull.PullListener;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// All that is remembered of pulls, and the thread that looks after it once a second.
public final class Reports implements AutoCloseable {

    /// How many pulls that have ended are remembered.
    public static final int ENDED_MAX = 10_000;

    /// Of how many of those the single blobs are.
    static final int WHOLE_MAX = 1_000;

    private static final Logger LOG = LoggerFactory.getLogger(Reports.class);

    private final ImagePulls pulls;
    private final Failures failures;
    private final History history;
    private final Ended ended;
    private final Lock lock = new ReentrantLock();
    private final Condition closing = lock.newCondition();
    private final Thread thread = Thread.ofVirtual().name("reports").unstarted(this::run);
    private boolean isClosed;

    /// The image pulls that have ended, the oldest first. Any thread.
    public static final class Ended implements Consumer<ImagePull> {
        private final Lock lock = new ReentrantLock();
        private final Deque<ImagePull> all = new ArrayDeque<>();
        private final Deque<ImagePull> whole = new ArrayDeque<>();
        private final AtomicLong count = new AtomicLong();
        private final AtomicLong failedCount = new AtomicLong();

        @Override
        public void accept(ImagePull pull) {
            count.incrementAndGet();
            if (pull.state() == ImagePull.State.FAILED) {
                failedCount.incrementAndGet();
            }
            lock.lock();
            try {
                whole.addLast(pull);
                if (whole.size() > WHOLE_MAX) {
                    all.addLast(whole.removeFirst().withoutLayers());
                }
                if (all.size() > ENDED_MAX - WHOLE_MAX) {
                    all.removeFirst();
                }
            } finally {
                lock.unlock();
            }
        }

        /// The newest first, at most so many.
        public List<ImagePull> latest(int max) {
            lock.lock();
            try {
                List<ImagePull> latest = new ArrayList<>();
                whole.reversed().stream().limit(max).forEach(latest::add);
                all.reversed().stream().limit(max - latest.size()).forEach(latest::add);
                return latest;
            } finally {
                lock.unlock();
            }
        }

        public long count() {
            return count.get();
        }

        public long failedCount() {
            return failedCount.get();
        }
    }

    public Reports(ImagePulls pulls, Ended ended, Failures failures, History history) {
        this.pulls = pulls;
        this.ended = ended;
        this.failures = failures;
        this.history = history;
        thread.start();
    }

    public ImagePulls pulls() {
        return pulls;
    }

    public Ended ended() {
        return ended;
    }

    public Failures failures() {
        return failures;
    }

    public History history() {
        return history;
    }

    /// Those who must hear for this to know.
    public List<PullListener> listeners() {
        return List.of(pulls, failures);
    }

    private void run() {
        while (awaitSecond()) {
            try {
                pulls.sweep();
                history.look();
            } catch (RuntimeException e) {
                LOG.error("a bug: pulls are not looked after", e);
            }
        }
    }

    /// Whether to go on then.
    private boolean awaitSecond() {
        lock.lock();
        try {
            long left = TimeUnit.SECONDS.toNanos(1);
            while (!isClosed && left > 0) {
                left = closing.awaitNanos(left);
            }
            return !isClosed;
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts this thread", e);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            isClosed = true;
            closing.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
