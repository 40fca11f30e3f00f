package dev.tarn.bench;

import dev.tarn.bench.load.Connection;
import dev.tarn.bench.load.WrongByteException;
import dev.tarn.bench.machine.Machine;
import dev.tarn.bench.report.Goal;
import dev.tarn.bench.report.Report;
import dev.tarn.bench.report.Sheet;
import dev.tarn.bench.scenario.Bench;
import dev.tarn.bench.scenario.Scenario;
import dev.tarn.bench.scenario.Scenario.Result;
import dev.tarn.bench.server.Lab;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// `bench/run`: runs scenarios, and prints what came out.
final class Main {

    private static final int VOID = 1;
    private static final int USAGE = 2;

    private Main() {}

    public static void main(String[] arguments) throws IOException {
        Path project = Path.of(System.getProperty("bench.project", "."));
        Path caller = Path.of(System.getProperty("bench.caller", "."));
        List<String> wanted = List.of(arguments);
        if (wanted.contains("--help")) {
            System.out.println(Options.usage());
            return;
        }
        try {
            run(Options.parse(wanted, caller), project, System.out);
        } catch (IllegalArgumentException e) {
            System.err.println("bench: " + e.getMessage() + "\n" + Options.usage());
            System.exit(USAGE);
        } catch (WrongByteException e) {
            System.err.println("bench: this run is void: " + e.getMessage());
            System.exit(VOID);
        }
        System.exit(0); // threads that still wait for a peer do not matter any more
    }

    private static void run(Options options, Path project, PrintStream out) throws IOException {
        Path target = Files.createDirectories(project.resolve("bench/target"));
        Path work = Files.createTempDirectory(target, "run-");
        Map<String, String> facts = Machine.facts(project);
        Report report = new Report(facts);
        facts.forEach((name, fact) -> out.printf("%-16s %s%n", name, fact));
        Lab lab = new Lab(project, work);
        Thread ending = new Thread(() -> end(lab, work));
        Runtime.getRuntime().addShutdownHook(ending); // after Ctrl-C too
        try {
            Connection.trust(lab.certificates().authority().toFile());
            Bench bench =
                    new Bench(lab, work, options.isQuick(), options.rounds(), options.peers());
            for (Scenario scenario : options.scenarios()) {
                out.printf("%n## %s: %s%n", scenario.name(), scenario.what());
                long start = System.nanoTime();
                Result result = scenario.run(bench);
                for (Sheet sheet : result.sheets()) {
                    out.printf("%n%s%n", sheet.table());
                    sheet.notes().forEach(note -> out.println("* " + note));
                }
                result.goals().stream().map(Goal::line).forEach(out::println);
                out.printf("(%d s)%n", Duration.ofNanos(System.nanoTime() - start).toSeconds());
                bench.sweep();
                report.add(scenario.name(), result.sheets(), result.goals());
                if (options.json().isPresent()) {
                    report.write(options.json().get());
                }
            }
        } catch (IOException | RuntimeException e) {
            printLogs(work);
            throw e;
        }
        out.printf("%n%s%n", report.goals());
    }

    private static void end(Lab lab, Path work) {
        lab.close();
        try {
            Bench.delete(work);
        } catch (IOException | UncheckedIOException e) {
            System.err.println("bench: left behind: " + work);
        }
    }

    /// What the servers have said, where something went wrong.
    private static void printLogs(Path work) throws IOException {
        try (Stream<Path> tree = Files.walk(work, 2)) {
            for (Path log : tree.filter(file -> file.endsWith("output.log")).toList()) {
                List<String> lines = Files.readAllLines(log);
                System.err.println(log);
                lines.stream().skip(Math.max(0, lines.size() - 20)).forEach(System.err::println);
            }
        }
    }
}
