package dev.tarn.bench.scenario;

import dev.tarn.bench.report.Goal;
import dev.tarn.bench.report.Sheet;
import java.io.IOException;
import java.util.List;

/// One thing that is measured.
public sealed interface Scenario
        permits ManifestScenario,
                SmallBlobScenario,
                LargeBlobScenario,
                ColdPageCacheScenario,
                MixedScenario,
                ColdFirstByteScenario,
                ColdHerdScenario,
                ColdWanScenario,
                MissCpuScenario,
                SlowClientsScenario,
                RestartScenario,
                IdleScenario,
                HitRatioScenario {

    /// Its name on the command line.
    String name();

    /// What it does, in one line.
    String what();

    Result run(Bench bench) throws IOException;

    /// What came out.
    record Result(List<Sheet> sheets, List<Goal> goals) {}

    static List<Scenario> all() {
        return List.of(
                new ManifestScenario(),
                new SmallBlobScenario(),
                new LargeBlobScenario(false),
                new LargeBlobScenario(true),
                new ColdPageCacheScenario(),
                new MixedScenario(),
                new ColdFirstByteScenario(),
                new ColdHerdScenario(),
                new ColdWanScenario(),
                new MissCpuScenario(),
                new SlowClientsScenario(),
                new RestartScenario(),
                new IdleScenario(),
                new HitRatioScenario());
    }
}
