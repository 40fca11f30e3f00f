package dev.tarn.cli.clients;

import static org.awaitility.Awaitility.await;

import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;

/// A process that runs until we stop it. Its output goes to a log file, which outlives it.
final class Daemon implements Closeable {
    private static final Duration START_TIMEOUT = Duration.ofSeconds(60);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(30);
    private static final int LOG_TAIL_CHARS = 8_000;

    private final Process process;
    private final Path log;

    private Daemon(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    /// Appends to the log, so that a daemon that is started again keeps its history.
    static Daemon start(Path log, List<String> command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().putAll(Loopback.ONLY);
        builder.redirectInput(Path.of("/dev/null").toFile());
        builder.redirectErrorStream(true);
        builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        return new Daemon(builder.start(), log);
    }

    /// Polls until `isReady` says so. An `IOException` from it means "not yet".
    Daemon awaitReady(Callable<Boolean> isReady) throws IOException {
        try {
            await("the start of " + log.getFileName())
                    .atMost(START_TIMEOUT)
                    .pollInterval(Duration.ofMillis(50))
                    .ignoreExceptionsInstanceOf(IOException.class)
                    .failFast(this::failIfEnded)
                    .until(isReady);
            return this;
        } catch (RuntimeException notReady) {
            close();
            throw new AssertionError(notReady.getMessage() + "\n" + logTail(), notReady);
        }
    }

    /// Sends SIGHUP, at which daemons read their configuration again.
    void reload() throws IOException {
        Command.of("kill", "-HUP", Long.toString(process.pid())).run();
    }

    /// Sends SIGTERM and returns the exit code.
    int stop() throws IOException {
        process.destroy();
        try {
            if (!process.waitFor(STOP_TIMEOUT)) {
                throw new AssertionError(
                        log.getFileName()
                                + " ignores SIGTERM for "
                                + STOP_TIMEOUT
                                + "\n"
                                + logTail());
            }
            return process.exitValue();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException(interrupted.getMessage());
        } finally {
            close();
        }
    }

    String log() throws IOException {
        return Files.readString(log);
    }

    /// Kills what is still there.
    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    private void failIfEnded() {
        if (!process.isAlive()) {
            throw new IllegalStateException("It ended with exit code " + process.exitValue());
        }
    }

    private String logTail() throws IOException {
        String text = log();
        return text.substring(Math.max(0, text.length() - LOG_TAIL_CHARS));
    }
}
