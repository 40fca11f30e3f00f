package dev.tarn.cli;

import dev.tarn.oci.Digest;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// What happened when some clients pulled the image at once: one row of the demo's table.
///
/// @param carried the bytes that crossed the slow link, by digest
/// @param verified how many of `expected` digests were right, over all clients
/// @param failures why clients did not get what they asked for
record DemoStep(
        String name,
        int clients,
        Duration time,
        Map<Digest, Long> carried,
        int verified,
        int expected,
        List<String> failures) {

    private static final String ROW = "  %-28s %7s %9s %15s %7s %11s";
    static final String HEADER =
            ROW.formatted("step", "clients", "time", "over the link", "ratio", "verified");

    boolean isVerified() {
        return verified == expected;
    }

    /// A row under `HEADER`; the ratio is that of the bytes on the link to those of the image.
    String row(long imageBytes) {
        long bytes = carried.values().stream().mapToLong(Long::longValue).sum();
        return ROW.formatted(
                name,
                clients,
                String.format(Locale.ROOT, "%.2f s", time.toMillis() / 1e3),
                String.format(Locale.ROOT, "%.1f MB", bytes / 1e6),
                String.format(Locale.ROOT, "%.2fx", (double) bytes / imageBytes),
                verified + "/" + expected);
    }
}
