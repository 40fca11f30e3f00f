package dev.tarn.pull;

import dev.tarn.oci.RegistryException;
import dev.tarn.oci.RegistryException.Throttled;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/// Makes many who ask the same thing at the same time ask once. The asking runs on a virtual thread
/// of its own, so that whoever asked first may leave without disturbing the others. When the last
/// of them is interrupted, so is the asking: nobody is there for the answer.
final class Flights<K, V> {

    /// How many questions are under way at once, of those that nobody waits for any more as well
    /// until they have ended. Each has a thread, and a slow upstream keeps it for seconds.
    static final int UNDER_WAY_MAX = 1_000;

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    /// The question; it may wait.
    @FunctionalInterface
    interface Question<V> {
        V ask() throws InterruptedException;
    }

    private final Lock lock = new ReentrantLock();
    private final Map<K, Flight> underWay = new HashMap<>();
    private final Semaphore room = new Semaphore(UNDER_WAY_MAX);

    /// The answer to the question under `key`, of which one is under way at a time.
    V await(K key, Question<V> question) throws InterruptedException {
        Flight flight = join(key, question);
        try {
            return flight.answer.get();
        } catch (ExecutionException e) {
            throw failure(e);
        } catch (InterruptedException e) {
            leave(flight);
            throw e;
        }
    }

    /// As `await`, but empty where the answer takes longer than `patience`. The flight goes on even
    /// so: for the next who asks, and so that it is known how long this upstream has been silent.
    Optional<V> await(K key, Duration patience, Question<V> question) throws InterruptedException {
        Flight flight = join(key, question);
        try {
            return Optional.of(flight.answer.get(patience.toMillis(), TimeUnit.MILLISECONDS));
        } catch (ExecutionException e) {
            throw failure(e);
        } catch (TimeoutException e) {
            return Optional.empty(); // and he still counts as one of those who wait
        } catch (InterruptedException e) {
            leave(flight);
            throw e;
        }
    }

    private Flight join(K key, Question<V> question) {
        lock.lock();
        try {
            Flight flight = underWay.get(key);
            if (flight == null) {
                flight = begin(key, question);
            }
            flight.waiting++;
            return flight;
        } finally {
            lock.unlock();
        }
    }

    private Flight begin(K key, Question<V> question) {
        if (!room.tryAcquire()) {
            throw new Throttled("the mirror has all the questions it can ask", RETRY_AFTER);
        }
        Flight flight = new Flight(key, question);
        underWay.put(key, flight);
        flight.thread.start();
        return flight;
    }

    /// Whoever asks after the last has left begins another flight: this one is over for him,
    /// whether its thread has noticed or not.
    private void leave(Flight flight) {
        lock.lock();
        try {
            flight.waiting--;
            if (flight.waiting == 0 && underWay.remove(flight.key, flight)) {
                flight.thread.interrupt();
            }
        } finally {
            lock.unlock();
        }
    }

    private static RuntimeException failure(ExecutionException e) {
        return switch (e.getCause()) {
            case RegistryException known -> known;
            case RuntimeException bug -> bug;
            case null, default -> new IllegalStateException("a question failed", e);
        };
    }

    /// One question under way, and how many wait for its answer.
    private final class Flight {
        final K key;
        final Thread thread;
        final CompletableFuture<V> answer = new CompletableFuture<>();
        int waiting;

        Flight(K key, Question<V> question) {
            this.key = key;
            this.thread = Thread.ofVirtual().name("flight").unstarted(() -> land(question));
        }

        private void land(Question<V> question) {
            try {
                V found = question.ask();
                end();
                answer.complete(found);
            } catch (RuntimeException | Error | InterruptedException e) {
                end();
                answer.completeExceptionally(e);
            }
        }

        /// Before anybody hears the answer: whoever asks again then wants a new one.
        private void end() {
            lock.lock();
            try {
                underWay.remove(key, this);
                room.release();
            } finally {
                lock.unlock();
            }
        }
    }
}
