package dev.tarn.bench.machine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// A process and all that it started, as the kernel's accounts show them.
public record ProcessTree(ProcessHandle root) {

    /// What Linux calls USER_HZ; the same on every architecture that Java runs on.
    private static final double TICKS_PER_SECOND = 100;

    private static final Pattern RESIDENT = Pattern.compile("(?m)^VmRSS:\\s+(\\d+) kB$");
    private static final Pattern COMPILER = Pattern.compile("\\(C[12] Compiler");
    private static final Pattern PEAK = Pattern.compile("(?m)^VmHWM:\\s+(\\d+) kB$");

    /// CPU seconds so far, in user space and in the kernel, with those of children that have ended.
    public double cpuSeconds() {
        return all().mapToLong(process -> cpuTicks(read(process, "stat"))).sum() / TICKS_PER_SECOND;
    }

    /// CPU seconds so far of the compilers of the JVMs among them.
    public double compilerSeconds() {
        return all().flatMap(ProcessTree::threads)
                        .map(thread -> read(thread.resolve("stat")))
                        .filter(stat -> COMPILER.matcher(stat).find())
                        .mapToLong(ProcessTree::cpuTicks)
                        .sum()
                / TICKS_PER_SECOND;
    }

    /// The ids of the threads whose names begin so, as far as the kernel keeps them (15
    /// characters). One that ends meanwhile may be among them or not.
    public List<Long> threadsNamed(String beginning) {
        return all().flatMap(ProcessTree::threads)
                .filter(thread -> read(thread.resolve("comm")).startsWith(beginning))
                .map(thread -> Long.valueOf(thread.getFileName().toString()))
                .sorted()
                .toList();
    }

    public double residentMegabytes() {
        return megabytes(RESIDENT);
    }

    /// The sum of what each process had at most since `forgetPeak`.
    public double peakMegabytes() {
        return megabytes(PEAK);
    }

    /// Lets peaks count from now on.
    public void forgetPeak() throws IOException {
        for (ProcessHandle process : all().toList()) {
            Files.writeString(folder(process).resolve("clear_refs"), "5");
        }
    }

    /// Stops them all; those that do not stop within `patienceMillis` are killed.
    public void stop(long patienceMillis) {
        List<ProcessHandle> processes = new ArrayList<>(all().toList());
        root.destroy();
        long until = System.nanoTime() + patienceMillis * 1_000_000;
        while (processes.stream().anyMatch(ProcessHandle::isAlive) && System.nanoTime() < until) {
            Pause.millis(5);
        }
        processes.forEach(ProcessHandle::destroyForcibly);
        while (processes.stream().anyMatch(ProcessHandle::isAlive)) {
            Pause.millis(1);
        }
    }

    private Stream<ProcessHandle> all() {
        return Stream.concat(Stream.of(root), root.descendants());
    }

    private double megabytes(Pattern line) {
        return all().mapToLong(process -> kilobytes(line, read(process, "status"))).sum()
                * 1024
                / 1e6;
    }

    private static long kilobytes(Pattern line, String status) {
        Matcher found = line.matcher(status);
        return found.find() ? Long.parseLong(found.group(1)) : 0;
    }

    /// utime, stime, cutime and cstime of a line of `/proc/PID/stat`, whose second field is a name
    /// that may have anything in it.
    static long cpuTicks(String stat) {
        String[] fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ");
        long ticks = 0;
        for (int field = 11; field <= 14 && field < fields.length; field++) {
            ticks += Long.parseLong(fields[field]);
        }
        return ticks;
    }

    /// The folder of each thread's accounts.
    private static Stream<Path> threads(ProcessHandle process) {
        try (Stream<Path> tasks = Files.list(folder(process).resolve("task"))) {
            return tasks.toList().stream();
        } catch (IOException e) {
            return Stream.empty(); // it ended
        }
    }

    private static Path folder(ProcessHandle process) {
        return Path.of("/proc", Long.toString(process.pid()));
    }

    private static String read(ProcessHandle process, String file) {
        return read(folder(process).resolve(file));
    }

    /// Empty once the process is gone.
    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (NoSuchFileException e) {
            return "";
        } catch (IOException e) {
            return ""; // it ended while we read
        }
    }
}
