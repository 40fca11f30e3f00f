package dev.tarn.bench.scenario;

import static dev.tarn.bench.report.Goal.Relation.AT_LEAST;

import dev.tarn.bench.replay.Replay;
import dev.tarn.bench.replay.Trace;
import dev.tarn.bench.report.Goal;
import dev.tarn.bench.report.Metric;
import dev.tarn.bench.report.Sheet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// A trace of requests through Tarn's own eviction policies, and through others. No server runs,
/// and no time is measured; each round draws other sizes.
///
/// The trace is the file that `TARN_TRACE` names, else the one that lies beside the project, else
/// one that is made up.
record HitRatioScenario() implements Scenario {

    private static final Path BESIDE =
            Path.of("..", "shared", "data", "ibm-docker-trace-725k.csv.zst");
    private static final List<Integer> PERCENTS = List.of(1, 5, 10, 20);
    private static final int PERCENT_OF_GOAL = 10;

    private static final Metric OBJECT_HITS = new Metric("object hits %");
    private static final Metric BYTE_HITS = new Metric("byte hits %");
    private static final Metric EVICTED = new Metric("TB evicted");

    @Override
    public String name() {
        return "hit-ratio";
    }

    @Override
    public String what() {
        return "a trace ($TARN_TRACE) through the eviction policies at 1, 5, 10 and 20 % of its bytes"
                + " (quick: at 10 %)";
    }

    @Override
    public Result run(Bench bench) throws IOException {
        Optional<Path> file = file(bench.lab().project());
        Trace trace = file.isPresent() ? Trace.read(file.get()) : Trace.generate(1);
        List<Sheet> sheets = new ArrayList<>();
        List<Goal> goals = new ArrayList<>();
        for (int percent : bench.isQuick() ? List.of(PERCENT_OF_GOAL) : PERCENTS) {
            Sheet sheet = new Sheet(name() + " at " + percent + " %");
            sheet.note("%,d requests, %s".formatted(trace.length(), trace.name()));
            int rounds = bench.isQuick() ? 1 : bench.rounds();
            for (int round = 0; round < rounds; round++) {
                sample(sheet, trace, trace.sizes(round), percent);
            }
            sheets.add(sheet);
            if (percent == PERCENT_OF_GOAL) {
                String tarn = Replay.Kind.GDSF.label();
                String lru = Replay.Kind.EXACT_LRU.label();
                goals.add(Goal.difference(sheet, OBJECT_HITS, tarn, lru, AT_LEAST, 3));
                goals.add(Goal.difference(sheet, BYTE_HITS, tarn, lru, AT_LEAST, -0.5));
            }
        }
        return new Result(sheets, goals);
    }

    private static void sample(Sheet sheet, Trace trace, long[] sizes, int percent) {
        long capacity = Arrays.stream(sizes).sum() * percent / 100;
        for (Replay.Kind kind : Replay.Kind.values()) {
            Replay replay = Replay.of(kind, capacity, trace, sizes);
            sheet.add(kind.label(), OBJECT_HITS, 100 * replay.objectHits());
            sheet.add(kind.label(), BYTE_HITS, 100 * replay.byteHits());
            sheet.add(kind.label(), EVICTED, replay.evictedBytes() / 1e12);
        }
    }

    private static Optional<Path> file(Path project) {
        return Optional.ofNullable(System.getenv("TARN_TRACE"))
                .map(Path::of)
                .or(() -> Optional.of(project.resolve(BESIDE)).filter(Files::exists));
    }
}
