package dev.tarn.bench.report;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// All that was measured.
public final class Report {

    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private final Map<String, String> machine;
    private final Map<String, Object> scenarios = new LinkedHashMap<>();
    private final TextTable goals =
            new TextTable(List.of("scenario", "what", "must reach", "measured", "verdict"));

    public Report(Map<String, String> machine) {
        this.machine = machine;
    }

    public void add(String scenario, List<Sheet> sheets, List<Goal> reached) {
        Map<String, Object> cases = new TreeMap<>();
        for (Sheet sheet : sheets) {
            Map<String, Object> targets = new LinkedHashMap<>();
            sheet.rows().forEach((target, row) -> targets.put(target, metrics(row)));
            cases.put(
                    sheet.title(),
                    new TreeMap<>(Map.of("targets", targets, "notes", sheet.notes())));
        }
        List<List<String>> verdicts = reached.stream().map(Goal::cells).toList();
        scenarios.put(scenario, new TreeMap<>(Map.of("cases", cases, "goals", verdicts)));
        for (List<String> cells : verdicts) {
            List<String> row = new ArrayList<>(List.of(scenario));
            row.addAll(cells);
            goals.add(row);
        }
    }

    private static Map<String, Object> metrics(Map<Metric, List<Double>> row) {
        Map<String, Object> metrics = new LinkedHashMap<>();
        row.forEach((metric, samples) ->
                metrics.put(
                        metric.name(),
                        new TreeMap<>(
                                Map.of("median", Figures.median(samples), "samples", samples))));
        return metrics;
    }

    /// What must be reached, and what was.
    public TextTable goals() {
        return goals;
    }

    public void write(Path file) {
        JSON.writeValue(file, new TreeMap<>(Map.of("machine", machine, "scenarios", scenarios)));
    }
}
