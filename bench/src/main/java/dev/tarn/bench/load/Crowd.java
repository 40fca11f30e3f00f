package dev.tarn.bench.load;

import dev.tarn.bench.fixture.Blob;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.function.BiConsumer;

/// Clients that do something at the same time, each on its own thread.
public final class Crowd {

    private static final Duration LONG = Duration.ofMinutes(5);

    private Crowd() {}

    /// Pulls a blob over so many connections, so many times over each. The seconds that it took.
    public static double pull(Endpoint endpoint, String path, Blob blob, int connections, int times)
            throws IOException {
        List<Connection> opened = new ArrayList<>();
        try {
            for (int i = 0; i < connections; i++) {
                opened.add(Connection.open(endpoint, LONG));
            }
            List<Callable<Answer>> pulls = new ArrayList<>();
            for (Connection connection : opened) {
                pulls.add(() -> repeat(connection, path, blob, times));
            }
            long start = System.nanoTime();
            long end = all(pulls).stream().mapToLong(Answer::lastByte).max().orElseThrow();
            return (end - start) / 1e9;
        } finally {
            for (Connection connection : opened) {
                connection.close();
            }
        }
    }

    private static Answer repeat(Connection connection, String path, Blob blob, int times)
            throws IOException {
        Answer last = connection.get(path, blob);
        for (int i = 1; i < times; i++) {
            last = connection.get(path, blob);
        }
        return last;
    }

    /// Does all of this at the same time. What goes wrong in one is thrown once all have ended.
    public static <T> List<T> all(List<Callable<T>> work) throws IOException {
        try (ExecutorService threads = Executors.newThreadPerTaskExecutor(threads())) {
            List<Future<T>> running = threads.invokeAll(work);
            List<T> results = new ArrayList<>();
            for (Future<T> one : running) {
                results.add(one.get());
            }
            return results;
        } catch (InterruptedException e) {
            throw new IOException("interrupted", e);
        } catch (ExecutionException e) {
            throw cause(e);
        }
    }

    /// Does both at the same time, and hands on what comes out.
    public static <A, B> void both(Callable<A> one, Callable<B> other, BiConsumer<A, B> then)
            throws IOException {
        List<A> first = new ArrayList<>();
        List<B> second = new ArrayList<>();
        all(List.of(() -> first.add(one.call()), () -> second.add(other.call())));
        then.accept(first.getFirst(), second.getFirst());
    }

    private static IOException cause(ExecutionException e) {
        return switch (e.getCause()) {
            case WrongByteException wrong -> throw wrong;
            case IOException failure -> new IOException(failure);
            case null, default -> throw new IllegalStateException(e);
        };
    }

    private static ThreadFactory threads() {
        return Thread.ofPlatform().daemon().name("client ", 0).factory();
    }
}
