package dev.tarn.bench.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;

/// The table of totals at the end of `docs/reliability.md`, which grows by a row for each campaign.
final class Ledger {

    private Ledger() {}

    /// One campaign of one run.
    record Entry(
            String campaign, String counts, int broken, Duration time, String commit, long seed) {

        Entry at(String commit, long seed) {
            return new Entry(campaign, counts, broken, time, commit, seed);
        }

        boolean isKept() {
            return broken == 0;
        }

        String row() {
            return "| %s | `%s` | %s | %d | %s | %d s | %s |"
                    .formatted(
                            LocalDate.now(ZoneOffset.UTC),
                            commit,
                            campaign,
                            seed,
                            counts,
                            time.toSeconds(),
                            isKept() ? "kept" : "**" + broken + " broken**");
        }
    }

    static void append(Path document, Entry entry) throws IOException {
        List<String> lines = Files.readAllLines(document);
        if (lines.stream().noneMatch(line -> line.startsWith("| date | commit | campaign |"))) {
            throw new IOException("no table of totals in " + document);
        }
        Files.writeString(
                document, String.join("\n", lines).stripTrailing() + "\n" + entry.row() + "\n");
    }
}
