package dev.tarn.cli.clients;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// A program that is run to its end and must succeed. What it printed is shown when it does not.
record Command(
        List<String> arguments,
        Map<String, String> environment,
        Duration timeout,
        Optional<Path> folder) {
    private static final Duration USUAL_TIMEOUT = Duration.ofMinutes(2);

    Command {
        arguments = List.copyOf(arguments);
        environment = Map.copyOf(environment);
    }

    static Command of(String... arguments) {
        return new Command(List.of(arguments), Loopback.ONLY, USUAL_TIMEOUT, Optional.empty());
    }

    /// One that may use the network, as those have to that install something.
    static Command online(String... arguments) {
        return new Command(List.of(arguments), Map.of(), USUAL_TIMEOUT, Optional.empty());
    }

    Command within(Duration most) {
        return new Command(arguments, environment, most, folder);
    }

    Command in(Path other) {
        return new Command(arguments, environment, timeout, Optional.of(other));
    }

    Command and(String... more) {
        var all = Stream.concat(arguments.stream(), Stream.of(more)).toList();
        return new Command(all, environment, timeout, folder);
    }

    Command with(String name, String value) {
        Map<String, String> more = new HashMap<>(environment);
        more.put(name, value);
        return new Command(arguments, more, timeout, folder);
    }

    /// What the program wrote to its standard output, without the space around it.
    String run() throws IOException {
        Path output = Files.createTempFile("tarn-command", ".out");
        Path errors = Files.createTempFile("tarn-command", ".err");
        try {
            String end = await(start(output, errors));
            String printed = Files.readString(output).strip();
            if (!end.equals("exit code 0")) {
                throw new AssertionError(
                        String.join(
                                "\n",
                                String.join(" ", arguments),
                                end,
                                printed,
                                Files.readString(errors).strip()));
            }
            return printed;
        } finally {
            Files.delete(output);
            Files.delete(errors);
        }
    }

    private Process start(Path output, Path errors) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(arguments);
        builder.environment().putAll(environment);
        folder.ifPresent(path -> builder.directory(path.toFile()));
        builder.redirectInput(Path.of("/dev/null").toFile());
        builder.redirectOutput(output.toFile());
        builder.redirectError(errors.toFile());
        return builder.start();
    }

    private String await(Process process) throws IOException {
        try {
            return process.waitFor(timeout)
                    ? "exit code " + process.exitValue()
                    : "still running after " + timeout;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException(interrupted.getMessage());
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }
}
