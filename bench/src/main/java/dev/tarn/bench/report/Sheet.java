package dev.tarn.bench.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;

/// The samples of one case of a scenario: a row for each target, a column for each metric. One
/// thread.
public final class Sheet {

    private final String title;
    private final Map<String, Map<Metric, List<Double>>> rows = new LinkedHashMap<>();
    private final List<String> notes = new ArrayList<>();

    public Sheet(String title) {
        this.title = title;
    }

    public String title() {
        return title;
    }

    public void add(String target, Metric metric, double sample) {
        rows.computeIfAbsent(target, _ -> new LinkedHashMap<>())
                .computeIfAbsent(metric, _ -> new ArrayList<>())
                .add(sample);
    }

    /// What a reader must know beside the figures.
    public void note(String text) {
        if (!notes.contains(text)) {
            notes.add(text);
        }
    }

    public OptionalDouble median(String target, Metric metric) {
        List<Double> samples = rows.getOrDefault(target, Map.of()).getOrDefault(metric, List.of());
        return samples.isEmpty()
                ? OptionalDouble.empty()
                : OptionalDouble.of(Figures.median(samples));
    }

    public Map<String, Map<Metric, List<Double>>> rows() {
        return rows;
    }

    public List<String> notes() {
        return notes;
    }

    /// Medians, with the least and the most.
    public TextTable table() {
        Set<Metric> metrics = new LinkedHashSet<>();
        rows.values().forEach(row -> metrics.addAll(row.keySet()));
        List<String> head = new ArrayList<>(List.of(title, "rounds"));
        metrics.forEach(metric -> head.add(metric.name()));
        TextTable table = new TextTable(head);
        rows.forEach((target, row) -> {
            int rounds = row.values().stream().mapToInt(List::size).max().orElse(0);
            List<String> cells = new ArrayList<>(List.of(target, Integer.toString(rounds)));
            metrics.forEach(metric -> cells.add(cell(row.getOrDefault(metric, List.of()))));
            table.add(cells);
        });
        return table;
    }

    private static String cell(List<Double> samples) {
        if (samples.isEmpty()) {
            return "–";
        }
        String median = Figures.text(Figures.median(samples));
        return samples.size() == 1
                ? median
                : "%s [%s–%s]"
                        .formatted(
                                median,
                                Figures.text(Figures.quantile(samples, 0)),
                                Figures.text(Figures.quantile(samples, 1)));
    }
}
