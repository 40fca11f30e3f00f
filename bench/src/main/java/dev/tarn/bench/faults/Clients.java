package dev.tarn.bench.faults;

import dev.tarn.bench.fixture.Blob;
import dev.tarn.bench.machine.Pause;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Clients that pull blobs at random until they are told to stop, and remember what they got whole.
final class Clients implements AutoCloseable {

    private final Node node;
    private final List<Blob> blobs;
    private final Invariants invariants;
    private final String when;
    private final Set<Blob> acknowledged = ConcurrentHashMap.newKeySet();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean isOver;

    private Clients(Node node, List<Blob> blobs, Invariants invariants, String when) {
        this.node = node;
        this.blobs = blobs;
        this.invariants = invariants;
        this.when = when;
    }

    static Clients start(
            int count,
            Node node,
            List<Blob> blobs,
            SplittableRandom random,
            Invariants invariants,
            String when) {
        Clients clients = new Clients(node, List.copyOf(blobs), invariants, when);
        for (int i = 0; i < count; i++) {
            SplittableRandom choices = random.split();
            clients.threads.add(
                    Thread.ofVirtual().name("client").start(() -> clients.pull(choices)));
        }
        return clients;
    }

    /// One in four asks for a part, some are slow, and some leave early.
    private void pull(SplittableRandom choices) {
        while (!isOver) {
            Blob blob = blobs.get(choices.nextInt(blobs.size()));
            Pull pull = Pull.of(node.endpoint(), blob).within(Duration.ofSeconds(20));
            int kind = choices.nextInt(8);
            if (kind < 2 && blob.size() > 1) {
                long start = choices.nextLong(blob.size() - 1);
                pull = pull.ranged(start, start + 1 + choices.nextLong(blob.size() - start));
            } else if (kind == 2) {
                pull = pull.leavingAfter(1 + choices.nextLong(blob.size()));
            } else if (kind == 3) {
                pull = pull.slowly(4e6);
            }
            Pulled pulled = invariants.honest(when, pull.run());
            if (pulled.isRight() && pull.end() < 0) {
                acknowledged.add(blob);
            }
            if (pulled.kind() == Pulled.Kind.LOST) {
                Pause.millis(5);
            }
        }
    }

    /// What somebody has got to its last byte so far.
    Set<Blob> acknowledged() {
        return Set.copyOf(acknowledged);
    }

    @Override
    public void close() {
        isOver = true;
        join(threads);
    }

    static void join(List<Thread> threads) {
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Runs all of these pulls at the same time.
    static List<Pulled> all(List<Pull> pulls) {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Pulled>> work = new ArrayList<>();
            pulls.forEach(pull -> work.add(pull::run));
            List<Pulled> results = new ArrayList<>();
            for (Future<Pulled> one : threads.invokeAll(work)) {
                results.add(one.get());
            }
            return results;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /// The value below which so large a part of them is.
    static double quantile(List<Double> values, double part) {
        List<Double> sorted = values.stream().sorted().toList();
        return sorted.isEmpty()
                ? 0
                : sorted.get((int) Math.min(sorted.size() - 1, part * sorted.size()));
    }
}
