package dev.tarn.cli;

import java.io.PrintWriter;
import java.util.OptionalInt;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Image pulls as they end, each in one line or document; and on a terminal, in a line that is
/// written over, how many run.
final class PullFeed {

    static final String[] COLUMNS = {
        "STARTED", "IMAGE", "CLIENT", "OUTCOME", "TIME", "BYTES", "CACHED", "SLOWED BY"
    };

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String EVENT = "event: ";
    private static final String DATA = "data: ";

    private final PrintWriter out;
    private final PrintWriter err;
    private final OutputOption.Format format;
    private final OptionalInt columns;
    private String event = "";

    /// @param columns of the terminal; empty where there is none
    PullFeed(PrintWriter out, PrintWriter err, OutputOption.Format format, OptionalInt columns) {
        this.out = out;
        this.err = err;
        this.format = format;
        this.columns = columns;
    }

    static String[] cells(JsonNode pull) {
        return new String[] {
            AdminCommand.text(pull, "startedAt"),
            AdminCommand.image(pull),
            AdminCommand.text(pull, "client"),
            AdminCommand.text(pull, "outcome"),
            Table.seconds(pull.path("duration").asLong()),
            Table.bytes(pull.path("bytes").asLong()),
            Table.bytes(pull.path("cachedBytes").asLong()),
            AdminCommand.text(pull, "slowedBy")
        };
    }

    /// Until there are no more.
    ///
    /// @param lines server-sent events
    void tell(Stream<String> lines) {
        if (format == OutputOption.Format.TABLE) {
            say(String.join("  ", COLUMNS));
        }
        lines.forEach(this::take);
        clear();
    }

    private void take(String line) {
        if (line.startsWith(EVENT)) {
            event = line.substring(EVENT.length());
        } else if (line.startsWith(DATA)) {
            String data = line.substring(DATA.length());
            switch (event) {
                case "ended" -> ended(JSON.readTree(data));
                case "pulls" -> show(data);
                default -> {
                    // of no concern here
                }
            }
        }
    }

    private void ended(JsonNode pull) {
        clear();
        switch (format) {
            case TABLE -> say(Table.plain(String.join("  ", cells(pull))));
            case JSON -> say(pull.toString());
            case YAML -> say("---\n" + OutputOption.yaml(pull).stripTrailing());
        }
    }

    private void say(String line) {
        out.println(line);
        out.flush();
    }

    private void show(String running) {
        if (columns.isPresent()) {
            JsonNode pulls = JSON.readTree(running).path("running");
            long bytes = 0;
            for (JsonNode pull : pulls) {
                bytes += pull.path("bytes").asLong();
            }
            String text = pulls.size() + " running, " + Table.bytes(bytes) + " sent";
            int length = Math.min(text.length(), Math.max(0, columns.getAsInt() - 1));
            err.print("\r" + text.substring(0, length) + "\u001b[K");
            err.flush();
        }
    }

    private void clear() {
        if (columns.isPresent()) {
            err.print("\r\u001b[K");
            err.flush();
        }
    }
}
