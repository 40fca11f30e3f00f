package dev.tarn.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Columns of plain text under their names, as wide as they need to be.
final class Table {

    private static final String[] UNITS = {"B", "kB", "MB", "GB", "TB", "PB"};

    private final List<List<String>> rows = new ArrayList<>();

    Table(String... columns) {
        rows.add(List.of(columns));
    }

    /// One cell for each column.
    void add(String... cells) {
        List<String> plain = new ArrayList<>();
        for (String cell : cells) {
            plain.add(plain(cell));
        }
        rows.add(plain);
    }

    /// What strangers wrote, without what moves the cursor.
    static String plain(String text) {
        return text.replaceAll("\\p{Cntrl}|\\p{Cf}", "?");
    }

    void print(PrintWriter out) {
        int columns = rows.getFirst().size();
        int[] widths = new int[columns];
        for (List<String> row : rows) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < columns; i++) {
                String cell = row.get(i);
                line.append(cell).append(" ".repeat(widths[i] - cell.length() + 2));
            }
            out.println(line.toString().stripTrailing());
        }
    }

    /// In powers of 1000, as registries count.
    static String bytes(long count) {
        double value = count;
        int unit = 0;
        while (value >= 999.5 && unit < UNITS.length - 1) {
            value /= 1000;
            unit++;
        }
        return String.format(
                Locale.ROOT,
                unit == 0 || value >= 99.95 ? "%.0f %s" : "%.1f %s",
                value,
                UNITS[unit]);
    }

    static String seconds(long millis) {
        return String.format(Locale.ROOT, "%.1f s", millis / 1e3);
    }
}
