package dev.tarn.bench.faults;

import dev.tarn.bench.load.Endpoint;
import dev.tarn.bench.machine.Pause;
import dev.tarn.bench.machine.ProcessTree;
import dev.tarn.bench.server.Lab;
import dev.tarn.bench.server.Server;
import dev.tarn.bench.server.Setup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A Tarn as it is shipped, started with `./tarn serve`, that can be killed and started again on
/// the same store. One thread drives it.
final class Node implements AutoCloseable {

    private static final long PATIENCE_MILLIS = 60_000;
    private static final Pattern READY = Pattern.compile("with (\\d+) blobs of");

    private final Lab lab;
    private final Path store;
    private Setup setup;
    private @Nullable Server server;
    private long logStart;
    private long startMillis;

    Node(Lab lab, Setup setup, Path store) {
        this.lab = lab;
        this.store = store;
        this.setup =
                setup.with("TARN_STORAGE_ROOTDIRECTORY", store.toString())
                        .with("TARN_LOG_LEVEL", "info");
    }

    /// Sets a variable of its environment, from the next start on.
    Node with(String name, String value) {
        setup = setup.with(name, value);
        return this;
    }

    /// Puts words before its command, from the next start on.
    Node behind(List<String> words) {
        List<String> command = new ArrayList<>(words);
        command.addAll(setup.command());
        setup =
                new Setup(
                        setup.peer(),
                        setup.folder(),
                        command,
                        setup.environment(),
                        setup.endpoint());
        return this;
    }

    /// Starts it and waits until it answers.
    void start() throws IOException {
        logStart = Files.exists(setup.log()) ? Files.size(setup.log()) : 0;
        Server started = lab.exec(setup);
        server = started;
        started.awaitReady(PATIENCE_MILLIS);
        startMillis = (System.nanoTime() - started.startNanos()) / 1_000_000;
    }

    long startMillis() {
        return startMillis;
    }

    void kill() {
        running().kill();
    }

    /// SIGTERM, and waits for its end; how long that took.
    Duration stop() {
        long begun = System.nanoTime();
        ProcessHandle process = running().processes().root();
        process.destroy();
        while (process.isAlive() && System.nanoTime() - begun < 90e9) {
            Pause.millis(5);
        }
        running().close();
        return Duration.ofNanos(System.nanoTime() - begun);
    }

    boolean isAlive() {
        return server != null && server.processes().root().isAlive();
    }

    /// Waits until it has ended by itself.
    boolean awaitEnd(Duration time) {
        long until = System.nanoTime() + time.toNanos();
        while (isAlive() && System.nanoTime() < until) {
            Pause.millis(2);
        }
        return !isAlive();
    }

    Server running() {
        if (server == null) {
            throw new IllegalStateException("was never started");
        }
        return server;
    }

    long pid() {
        return running().processes().root().pid();
    }

    Endpoint endpoint() {
        return setup.endpoint();
    }

    Path store() {
        return store;
    }

    Tree tree() {
        return new Tree(store);
    }

    /// What it has printed since its last start.
    String said() throws IOException {
        byte[] all = Files.readAllBytes(setup.log());
        int from = (int) Math.min(logStart, all.length);
        return new String(all, from, all.length - from, java.nio.charset.StandardCharsets.UTF_8);
    }

    /// How many blobs it said that it had when it was ready.
    OptionalInt blobsWhenReady() throws IOException {
        long until = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        do {
            Matcher ready = READY.matcher(said());
            if (ready.find()) {
                return OptionalInt.of(Integer.parseInt(ready.group(1)));
            }
            Pause.millis(5);
        } while (System.nanoTime() < until);
        return OptionalInt.empty();
    }

    long descriptors() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("/proc", Long.toString(pid()), "fd"))) {
            return files.count();
        }
    }

    /// A figure of `/proc/PID/status`, such as `VmRSS` in kB.
    long status(String name) throws IOException {
        Path status = Path.of("/proc", Long.toString(pid()), "status");
        return Files.readAllLines(status).stream()
                .filter(line -> line.startsWith(name + ":"))
                .map(line -> line.replaceAll("\\D", ""))
                .mapToLong(Long::parseLong)
                .findFirst()
                .orElseThrow(() -> new IOException("no " + name));
    }

    /// The first of the threads whose names begin so, by its id.
    long thread(String beginning) throws IOException {
        ProcessTree processes = running().processes();
        return processes.threadsNamed(beginning).stream()
                .findFirst()
                .orElseThrow(() ->
                        new IOException(
                                "no thread %s among %s"
                                        .formatted(beginning, processes.threadsNamed(""))));
    }

    @Override
    public void close() {
        if (server != null) {
            server.close();
        }
    }
}
