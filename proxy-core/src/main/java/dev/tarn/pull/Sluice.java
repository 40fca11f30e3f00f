package dev.tarn.pull;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Lets the downloads from one upstream through to it: so many connections at once as bring the
/// most, those first that somebody waits for. A place is for one part of a blob, so that whoever
/// comes later need not wait long. The beginning of a blob is let through at once, and so is some
/// of each that has readers: nobody waits for the end of another's blob, unless there are as many
/// connections as there may be, to this upstream or in all.
final class Sluice {

    /// How long a part should take, so that the time between two requests hardly counts.
    private static final int PART_SECONDS = 2;

    /// One download's way to the upstream.
    final class Gate {
        private final BooleanSupplier hasReaders;
        private int running;
        private boolean isKnown;

        private Gate(BooleanSupplier hasReaders) {
            this.hasReaders = hasReaders;
        }

        /// Waits for a place. One thread of a download waits at a time.
        Place acquire() throws InterruptedException {
            lock.lockInterruptibly();
            try {
                Turn turn = new Turn(this, lock.newCondition());
                all.waiting.add(turn);
                boolean isTaken = false;
                try {
                    all.letIn();
                    while (turn.place == null) {
                        turn.come.await();
                    }
                    isTaken = true;
                    return turn.place;
                } finally {
                    all.waiting.remove(turn);
                    if (!isTaken && turn.place != null) {
                        turn.place.close();
                    }
                }
            } finally {
                lock.unlock();
            }
        }

        /// Somebody has come to read.
        void look() {
            lock.lock();
            try {
                all.letIn();
            } finally {
                lock.unlock();
            }
        }

        private Place enter() {
            running++;
            isKnown = true;
            Sluice.this.running++;
            all.running++;
            return new Place(this);
        }

        /// Whether there may be one more connection for this download.
        private boolean isOpen() {
            return Sluice.this.running < max
                    && (Sluice.this.running < pace.limit()
                            || (running < start && !pace.isKnown())
                            || (running == 0 && (!isKnown || hasReaders.getAsBoolean())));
        }
    }

    /// Somebody waits.
    private static final class Turn {
        private final Gate gate;
        private final Condition come;
        private @Nullable Place place;

        private Turn(Gate gate, Condition come) {
            this.gate = gate;
            this.come = come;
        }

        private boolean isOpen() {
            return place == null && gate.isOpen();
        }

        private void come() {
            place = gate.enter();
            come.signal();
        }
    }

    /// All the ways to upstreams: no more than so many connections over all of them.
    static final class All {
        private final int max;
        private final Lock lock = new ReentrantLock();
        private final List<Turn> waiting = new ArrayList<>();
        private int running;

        /// @param max the most connections there may be
        All(int max) {
            this.max = max;
        }

        private void letIn() {
            for (Optional<Turn> next = next(); next.isPresent(); next = next()) {
                next.get().come();
            }
        }

        /// Whose turn it is: first those with readers, of these who has nothing yet, of these who
        /// came first.
        private Optional<Turn> next() {
            return running >= max
                    ? Optional.empty()
                    : waiting.stream()
                            .filter(Turn::isOpen)
                            .min(
                                    Comparator.comparing((Turn turn) ->
                                                    !turn.gate.hasReaders.getAsBoolean())
                                            .thenComparing(turn -> turn.gate.running > 0));
        }
    }

    /// The right to ask for one part.
    final class Place implements AutoCloseable {
        private final Gate gate;

        private Place(Gate gate) {
            this.gate = gate;
        }

        /// As much as is worth asking for at once, by what connections bring.
        OptionalLong partBytes() {
            lock.lock();
            try {
                return pace.isKnown()
                        ? OptionalLong.of(pace.bytesPerSecondEach() * PART_SECONDS)
                        : OptionalLong.empty();
            } finally {
                lock.unlock();
            }
        }

        void brought(long bytes) {
            lock.lock();
            try {
                int before = pace.limit();
                pace.brought(bytes, running, ticker.nanos());
                if (pace.limit() > before) {
                    all.letIn();
                }
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void close() {
            lock.lock();
            try {
                running--;
                gate.running--;
                all.running--;
                all.letIn();
            } finally {
                lock.unlock();
            }
        }
    }

    private final All all;
    private final Lock lock;
    private final Ticker ticker;
    private final int start;
    private final int max;
    private final Pace pace;
    private int running;

    /// @param start how many connections a download gets before the upstream's pace is known
    /// @param max the most there may be
    Sluice(All all, int start, int max, Ticker ticker) {
        this.all = all;
        this.lock = all.lock;
        this.ticker = ticker;
        this.start = start;
        this.max = max;
        this.pace = new Pace(start, max, ticker.nanos());
    }

    /// @param hasReaders whether anybody waits for this download; asked often
    Gate gate(BooleanSupplier hasReaders) {
        return new Gate(hasReaders);
    }
}
