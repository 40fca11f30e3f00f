package dev.tarn.bench.faults;

import dev.tarn.bench.machine.Pause;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// strace on a running process: it lets system calls fail, or kills at one of them. Its counters
/// count for each thread.
final class Strace implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Process process;
    private final Path log;

    private Strace(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    /// Attaches to one thread. `injection` is what comes behind the name, such as
    /// `error=EIO:when=3`.
    static Strace thread(Path folder, long thread, String call, String injection)
            throws IOException {
        return attach(folder, List.of(), thread, call, injection);
    }

    /// Attaches to all threads of a process.
    static Strace process(Path folder, long pid, String call, String injection) throws IOException {
        return attach(folder, List.of("-f"), pid, call, injection);
    }

    private static Strace attach(
            Path folder, List<String> options, long id, String call, String injection)
            throws IOException {
        Path log = Files.createTempFile(folder, "strace-", ".log");
        Path errors = Files.createTempFile(folder, "strace-", ".err");
        List<String> command = new ArrayList<>(List.of("strace", "-o", log.toString()));
        command.addAll(options);
        command.addAll(
                List.of(
                        "-e",
                        "trace=" + call,
                        "-e",
                        "inject=" + call + ":" + injection,
                        "-p",
                        Long.toString(id)));
        Process process =
                new ProcessBuilder(command)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .redirectError(errors.toFile())
                        .start();
        long until = System.nanoTime() + PATIENCE.toNanos();
        while (!Files.readString(errors).contains("attached")) {
            if (!process.isAlive() || System.nanoTime() > until) {
                process.destroyForcibly();
                throw new IOException("strace does not attach: " + Files.readString(errors));
            }
            Pause.millis(2);
        }
        return new Strace(process, log);
    }

    /// How many calls it has spoiled so far.
    long injected() throws IOException {
        try (var lines = Files.lines(log)) {
            return lines.filter(line ->
                            line.contains("(INJECTED)") || line.contains("killed by SIGKILL"))
                    .count();
        }
    }

    @Override
    public void close() throws IOException {
        process.destroy(); // lets the process go
        try {
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            throw new IOException("interrupted", e);
        }
    }
}
