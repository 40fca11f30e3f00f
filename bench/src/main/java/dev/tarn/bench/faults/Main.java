package dev.tarn.bench.faults;

import dev.tarn.bench.machine.Machine;
import dev.tarn.bench.scenario.Bench;
import dev.tarn.bench.server.Lab;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// `bench/faults`: runs campaigns, and fails where a promise was broken.
final class Main {

    private static final int BROKEN = 1;
    private static final int USAGE = 2;

    private Main() {}

    public static void main(String[] arguments) throws IOException {
        Path project = Path.of(System.getProperty("bench.project", "."));
        List<String> wanted = List.of(arguments);
        if (wanted.contains("--help")) {
            System.out.println(FaultOptions.usage());
            return;
        }
        try {
            FaultOptions options = FaultOptions.parse(wanted, System.nanoTime() & 0xFFFFFF);
            System.exit(run(options, project, System.out) ? 0 : BROKEN);
        } catch (IllegalArgumentException e) {
            System.err.println("bench/faults: " + e.getMessage() + "\n" + FaultOptions.usage());
            System.exit(USAGE);
        }
    }

    private static boolean run(FaultOptions options, Path project, PrintStream out)
            throws IOException {
        Path work = Path.of(System.getProperty("bench.work")).toAbsolutePath();
        Lab lab = new Lab(project, work.resolve("lab"));
        Disks disks = new Disks(work);
        Thread ending = new Thread(() -> end(lab, disks, work));
        Runtime.getRuntime().addShutdownHook(ending); // after Ctrl-C too
        String commit = Machine.facts(project).getOrDefault("commit", "unknown");
        List<Ledger.Entry> entries = new ArrayList<>();
        out.printf("bench/faults: commit %s, seed %d%n", commit, options.seed());
        for (Campaign campaign : options.campaigns()) {
            out.printf("%n## %s: %s%n", campaign.name(), campaign.what());
            entries.add(run(campaign, options, lab, disks, work, out).at(commit, options.seed()));
            if (options.appends()) {
                Ledger.append(project.resolve("docs/reliability.md"), entries.getLast());
            }
        }
        out.println();
        entries.forEach(entry -> out.println(entry.row()));
        return entries.stream().allMatch(Ledger.Entry::isKept);
    }

    private static Ledger.Entry run(
            Campaign campaign,
            FaultOptions options,
            Lab lab,
            Disks disks,
            Path work,
            PrintStream out)
            throws IOException {
        long start = System.nanoTime();
        long seed = options.seed() ^ ((long) campaign.name().hashCode() << 24);
        Path folder = work.resolve(campaign.name());
        Tally tally;
        try (Ground ground = new Ground(lab, folder, disks, options, seed, out)) {
            tally = ground.tally();
            try {
                campaign.run(ground);
            } catch (IOException | RuntimeException e) {
                out.println("  " + trace(e));
                tally.violated("the campaign could not go on: " + brief(e));
            }
        }
        List<String> violations = tally.violations();
        Duration time = Duration.ofNanos(System.nanoTime() - start);
        out.printf(
                "  %s%n  %s (%d s)%n",
                tally.line(),
                violations.isEmpty() ? "all promises kept" : violations.size() + " broken",
                time.toSeconds());
        return new Ledger.Entry(campaign.name(), tally.line(), violations.size(), time, "", 0);
    }

    /// Where it came from, within this program.
    private static String trace(Throwable failure) {
        return Stream.of(failure.getStackTrace())
                .filter(frame -> frame.getClassName().startsWith("dev.tarn"))
                .map(StackTraceElement::toString)
                .collect(Collectors.joining(" < "));
    }

    /// A message may have all that a process has printed: its last lines tell.
    private static String brief(Throwable failure) {
        List<String> lines = String.valueOf(failure).lines().toList();
        return String.join("\n    ", lines.subList(Math.max(0, lines.size() - 3), lines.size()));
    }

    private static void end(Lab lab, Disks disks, Path work) {
        lab.close();
        try {
            disks.close();
            Bench.delete(work);
        } catch (IOException | UncheckedIOException e) {
            System.err.println("bench/faults: left behind: " + work + ": " + e);
        }
    }
}
