package dev.tarn.cli;

import java.io.PrintWriter;
import java.util.function.Function;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// `-o table|json|yaml`, for the commands that tell something.
final class OutputOption {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    enum Format {
        TABLE,
        JSON,
        YAML
    }

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            defaultValue = "table",
            description =
                    "${COMPLETION-CANDIDATES}; json and yaml are whole, as the admin API has it.")
    private Format format = Format.TABLE;

    Format format() {
        return format;
    }

    void print(PrintWriter out, JsonNode answer, Function<JsonNode, Table> table) {
        printText(out, answer, () -> table.apply(answer).print(out));
    }

    /// For what is more than a table to people.
    void printText(PrintWriter out, JsonNode answer, Runnable text) {
        switch (format) {
            case TABLE -> text.run();
            case JSON -> out.println(answer.toPrettyString());
            case YAML -> out.print(yaml(answer));
        }
        out.flush();
    }

    static String yaml(JsonNode answer) {
        DumpSettings block = DumpSettings.builder().setDefaultFlowStyle(FlowStyle.BLOCK).build();
        Object plain = JSON.convertValue(answer, Object.class);
        return new Dump(block).dumpToString(plain);
    }
}
