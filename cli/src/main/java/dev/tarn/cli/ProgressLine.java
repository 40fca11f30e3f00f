package dev.tarn.cli;

import dev.tarn.cli.image.ImageClient;
import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;

/// How far one pull has come: one line on a terminal that is written over, and nothing elsewhere.
final class ProgressLine implements ImageClient.Progress, AutoCloseable {

    private static final int COLUMNS = 80;
    private static final int BAR_LENGTH = 20;
    private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final PrintWriter out;
    private final OptionalInt columns;
    private final String what;
    private long shownAt = System.nanoTime() - INTERVAL_NANOS;

    /// @param columns of the terminal; empty where there is none
    ProgressLine(PrintWriter out, OptionalInt columns, String what) {
        this.out = out;
        this.columns = columns;
        this.what = what;
    }

    @Override
    public synchronized void come(long bytes, long size) {
        if (columns.isPresent() && System.nanoTime() - shownAt >= INTERVAL_NANOS) {
            shownAt = System.nanoTime();
            out.print("\r" + text(what, bytes, size, columns.getAsInt() - 1) + "\u001b[K");
            out.flush();
        }
    }

    /// At most so many columns; the end of a name that is too long says more than its start.
    static String text(String what, long bytes, long size, int columns) {
        long whole = Math.max(size, Math.max(bytes, 1));
        int done = (int) (BAR_LENGTH * bytes / whole);
        String text =
                String.format(
                        Locale.ROOT,
                        "[%s%s] %3d %% of %s  ",
                        "#".repeat(done),
                        "-".repeat(BAR_LENGTH - done),
                        100 * bytes / whole,
                        Table.bytes(whole));
        int left = columns - text.length();
        if (left < 2) {
            return text.substring(0, Math.max(0, Math.min(columns, text.length())));
        }
        return text
                + (what.length() <= left ? what : "…" + what.substring(what.length() - left + 1));
    }

    @Override
    public synchronized void close() {
        if (columns.isPresent()) {
            out.print("\r\u001b[K");
            out.flush();
        }
    }

    /// How wide the terminal is that this process writes to; empty where it is none.
    static OptionalInt columns(Map<String, String> environment) {
        if (Optional.ofNullable(System.console()).filter(Console::isTerminal).isEmpty()) {
            return OptionalInt.empty();
        }
        try {
            Process stty =
                    new ProcessBuilder("stty", "size")
                            .redirectInput(Path.of("/dev/tty").toFile())
                            .start();
            String size =
                    new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            return OptionalInt.of(Integer.parseInt(size.strip().split(" ", 2)[1]));
        } catch (IOException | RuntimeException e) {
            return OptionalInt.of(columns(environment.getOrDefault("COLUMNS", "")));
        }
    }

    private static int columns(String text) {
        return text.matches("[1-9][0-9]{0,3}") ? Integer.parseInt(text) : COLUMNS;
    }
}
