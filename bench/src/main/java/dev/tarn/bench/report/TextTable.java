package dev.tarn.bench.report;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// A table in Markdown whose columns line up, so that it reads well in a terminal too.
public final class TextTable {

    private final List<List<String>> rows = new ArrayList<>();

    public TextTable(List<String> head) {
        rows.add(head);
    }

    public void add(List<String> cells) {
        if (cells.size() != rows.getFirst().size()) {
            throw new IllegalArgumentException("a row of another width: " + cells);
        }
        rows.add(cells);
    }

    @Override
    public String toString() {
        List<Integer> widths =
                IntStream.range(0, rows.getFirst().size())
                        .mapToObj(column ->
                                rows.stream()
                                        .mapToInt(row -> row.get(column).length())
                                        .max()
                                        .orElse(0))
                        .toList();
        List<String> lines =
                rows.stream()
                        .map(row -> line(row, widths))
                        .collect(Collectors.toCollection(ArrayList::new));
        lines.add(
                1, widths.stream().map("-"::repeat).collect(Collectors.joining(" | ", "| ", " |")));
        return String.join("\n", lines);
    }

    private static String line(List<String> row, List<Integer> widths) {
        return IntStream.range(0, row.size())
                .mapToObj(column ->
                        row.get(column) + " ".repeat(widths.get(column) - row.get(column).length()))
                .collect(Collectors.joining(" | ", "| ", " |"));
    }
}
