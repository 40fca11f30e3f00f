package dev.tarn.bench.server;

import dev.tarn.bench.fixture.Shelf;
import dev.tarn.bench.load.Connection;
import dev.tarn.bench.load.Endpoint;
import dev.tarn.bench.machine.ChangingFolder;
import dev.tarn.bench.machine.Pause;
import dev.tarn.bench.machine.ProcessTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// A running server.
public final class Server implements AutoCloseable {

    private final Setup setup;
    private final ProcessTree processes;
    private final long startNanos;
    private final Runnable stop;

    Server(Setup setup, ProcessTree processes, long startNanos, Runnable stop) {
        this.setup = setup;
        this.processes = processes;
        this.startNanos = startNanos;
        this.stop = stop;
    }

    public Peer peer() {
        return setup.peer();
    }

    public String label() {
        return peer().label();
    }

    public Endpoint endpoint() {
        return setup.endpoint();
    }

    public Setup setup() {
        return setup;
    }

    public ProcessTree processes() {
        return processes;
    }

    /// When it was started, by `System.nanoTime()`.
    public long startNanos() {
        return startNanos;
    }

    /// Gives a server of static files what is on the shelf; the others ask the upstream.
    public void stock(Shelf shelf) throws IOException {
        if (peer().isStatic()) {
            shelf.copyTo(setup.files());
        }
    }

    /// Takes these away again where the server answers from files of its own.
    public void unstock(Shelf shelf) throws IOException {
        if (peer().isStatic()) {
            shelf.removeFrom(setup.files());
        }
    }

    /// Waits until `/v2/` is answered with 200, asking every few milliseconds.
    public void awaitReady(long patienceMillis) throws IOException {
        long until = System.nanoTime() + Duration.ofMillis(patienceMillis).toNanos();
        while (!answers()) {
            if (!processes.root().isAlive() || System.nanoTime() > until) {
                String output = Files.readString(setup.log());
                close();
                throw new IOException(label() + " does not start: " + output);
            }
            Pause.millis(2);
        }
    }

    private boolean answers() {
        try (Connection connection = Connection.open(endpoint(), Duration.ofSeconds(5))) {
            return connection.get("/v2/").status() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    /// Waits until it has nothing more to do: some go on storing after the client has all.
    public void awaitQuiet() {
        double before = processes.cpuSeconds();
        int quietTurns = 0;
        for (int turns = 0; turns < 300 && quietTurns < 3; turns++) {
            Pause.millis(100);
            double now = processes.cpuSeconds();
            quietTurns = now - before > 0.015 ? 0 : quietTurns + 1;
            before = now;
        }
    }

    /// Gives the disk back what was stored as files of at least `bytes`; nobody asks for it again.
    public void dropLargeFiles(long bytes) throws IOException {
        for (String folder : List.of("store", "cache")) {
            Path root = setup.folder().resolve(folder);
            if (peer() != Peer.TRAFFIC_SERVER && Files.exists(root)) {
                for (Path file : new ChangingFolder(root).files()) {
                    if (file.toFile().length() >= bytes) { // 0 where it has gone
                        Files.deleteIfExists(file);
                    }
                }
            }
        }
    }

    /// Kills it, without a word.
    public void kill() {
        processes.root().destroyForcibly();
        close();
    }

    @Override
    public void close() {
        stop.run();
    }
}
