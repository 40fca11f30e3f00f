package dev.tarn.bench.load;

import dev.tarn.bench.fixture.Blob;
import dev.tarn.bench.machine.Pause;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Small requests at a fixed rate over keep-alive connections, whatever the server does: what had
/// to wait because its connection was busy counts from when it was due.
public record SteadyLoad(
        Endpoint endpoint, List<Wanted> mix, int connections, double requestsPerSecond) {

    private static final Duration LIFE = Duration.ofMinutes(2);
    private static final int BUFFER_BYTES = 1 << 17;

    /// Something that is asked for; `blob` is what must come back, null for anything.
    public record Wanted(String path, @Nullable Blob blob) {}

    /// The milliseconds that each answer took, for as long as `isWanted`, which all threads ask.
    public List<Double> run(BooleanSupplier isWanted) throws IOException {
        List<Callable<List<Double>>> clients = new ArrayList<>();
        long start = System.nanoTime() + Duration.ofMillis(50).toNanos();
        for (int i = 0; i < connections; i++) {
            int client = i;
            clients.add(() -> client(client, start, isWanted));
        }
        return Crowd.all(clients).stream().flatMap(List::stream).toList();
    }

    public List<Double> run(Duration duration) throws IOException {
        long end = System.nanoTime() + duration.toNanos();
        return run(() -> System.nanoTime() < end);
    }

    private List<Double> client(int number, long start, BooleanSupplier isWanted)
            throws IOException {
        SplittableRandom dice = new SplittableRandom(number);
        List<Double> millis = new ArrayList<>();
        double interval = connections / requestsPerSecond * 1e9;
        try (Connection connection = Connection.open(endpoint, LIFE, BUFFER_BYTES)) {
            double due = start + interval * number / connections;
            while (isWanted.getAsBoolean()) {
                boolean isLate = System.nanoTime() > due;
                Pause.until((long) due);
                Wanted wanted = mix.get(dice.nextInt(mix.size()));
                Answer answer =
                        wanted.blob() == null
                                ? connection.get(wanted.path())
                                : connection.get(wanted.path(), wanted.blob());
                if (answer.status() != 200) {
                    throw new IOException(wanted.path() + ": " + answer.status());
                }
                double began = isLate ? due : answer.asked();
                millis.add((answer.lastByte() - began) / 1e6);
                due += interval;
            }
        }
        return millis;
    }
}
