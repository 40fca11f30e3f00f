package dev.tarn.pull;

import dev.tarn.oci.RegistryException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Makes many who ask the same thing at the same time ask once. The asking runs on a virtual thread
/// of its own, so that whoever asked first may leave without disturbing the others.
final class Flights<K, V> {

    /// The question; it may wait.
    @FunctionalInterface
    interface Question<V> {
        V ask() throws InterruptedException;
    }

    private final ConcurrentHashMap<K, CompletableFuture<V>> underWay = new ConcurrentHashMap<>();

    /// The answer to the question under `key`, of which one is under way at a time.
    V await(K key, Question<V> question) throws InterruptedException {
        try {
            return flight(key, question).get();
        } catch (ExecutionException e) {
            throw failure(e);
        }
    }

    /// As `await`, but empty where the answer takes longer than `patience`. The flight goes on.
    Optional<V> await(K key, Duration patience, Question<V> question) throws InterruptedException {
        try {
            return Optional.of(
                    flight(key, question).get(patience.toMillis(), TimeUnit.MILLISECONDS));
        } catch (ExecutionException e) {
            throw failure(e);
        } catch (TimeoutException e) {
            return Optional.empty();
        }
    }

    private CompletableFuture<V> flight(K key, Question<V> question) {
        CompletableFuture<V> mine = new CompletableFuture<>();
        CompletableFuture<V> others = underWay.putIfAbsent(key, mine);
        if (others != null) {
            return others;
        }
        Thread.ofVirtual().name("flight").start(() -> land(key, mine, question));
        return mine;
    }

    private void land(K key, CompletableFuture<V> flight, Question<V> question) {
        try {
            V answer = question.ask();
            underWay.remove(key, flight);
            flight.complete(answer);
        } catch (RuntimeException | Error | InterruptedException e) {
            underWay.remove(key, flight);
            flight.completeExceptionally(e);
        }
    }

    private static RuntimeException failure(ExecutionException e) {
        return switch (e.getCause()) {
            case RegistryException known -> known;
            case RuntimeException bug -> bug;
            case null, default -> new IllegalStateException("a question failed", e);
        };
    }
}
