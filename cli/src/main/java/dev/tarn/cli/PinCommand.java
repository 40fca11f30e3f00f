package dev.tarn.cli;

import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// `tarn pin`.
@Command(
        name = "pin",
        description = "Have a running mirror keep images for good, whatever else must go.",
        exitCodeList = {
            "0:they are pinned, also after a restart",
            "1:this is no pattern, or no mirror answers",
            "2:the command line is wrong"
        })
final class PinCommand extends AdminCommand {

    @Parameters(
            paramLabel = "PATTERN",
            description =
                    "registry/repository[:tag], with * for any text, as in storage.pins:"
                            + " docker.io/library/*:latest")
    private String pattern = "";

    PinCommand(Map<String, String> environment) {
        super(environment);
    }

    @Override
    public Integer call() throws InterruptedException {
        JsonNode body = JsonNodeFactory.instance.objectNode().put("pattern", pattern);
        print(send("POST", "pins", body), PinCommand::table);
        return Main.OK;
    }

    /// All pins that there are.
    static Table table(JsonNode answer) {
        Table table = new Table("PATTERN", "FROM");
        for (JsonNode pin : answer.path("pins")) {
            table.add(
                    text(pin, "pattern"),
                    pin.path("isConfigured").asBoolean() ? "storage.pins" : "tarn pin");
        }
        return table;
    }
}
