package dev.tarn.cli;

import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// `tarn purge`.
@Command(
        name = "purge",
        description = {
            "Have a running mirror forget images, and delete what only they refer to.",
            "A blob that somebody reads goes once it is free."
        },
        exitCodeList = {
            "0:all of them are gone, or would be",
            "1:one was not there, or is pinned, or no mirror answers",
            "2:the command line is wrong"
        })
final class PurgeCommand extends AdminCommand {

    @Parameters(paramLabel = "IMAGE", arity = "1..*", description = "alpine, quay.io/a/b:v1, …")
    private List<String> images = List.of();

    @Option(
            names = {"-n", "--dry-run"},
            description = "Say only what would go.")
    private boolean isDryRun;

    PurgeCommand(Map<String, String> environment) {
        super(environment);
    }

    @Override
    public Integer call() throws InterruptedException {
        ObjectNode body = JsonNodeFactory.instance.objectNode().put("isDryRun", isDryRun);
        images.forEach(body.putArray("images")::add);
        JsonNode answer = send("POST", "purge", body);
        print(answer, PurgeCommand::table);
        if (format() == OutputOption.Format.TABLE) {
            out().println(summary(answer));
        }
        boolean isWhole = true;
        for (JsonNode image : answer.path("images")) {
            isWhole &= text(image, "result").equals("purged");
        }
        return isWhole ? Main.OK : Main.FAILED;
    }

    private static Table table(JsonNode answer) {
        Table table = new Table("IMAGE", "RESULT", "PINNED BY");
        for (JsonNode image : answer.path("images")) {
            table.add(text(image, "image"), text(image, "result"), texts(image, "pins"));
        }
        return table;
    }

    private static String summary(JsonNode answer) {
        boolean isDry = answer.path("isDryRun").asBoolean();
        return (isDry ? "would free " : "freed ")
                + Table.bytes(answer.path("bytes").asLong())
                + " in "
                + text(answer, "blobs")
                + " blobs"
                + rest(answer, "sharedBlobs", "sharedBytes", "stay, since others refer to them")
                + rest(answer, "busyBlobs", "busyBytes", "go once nobody reads them");
    }

    private static String rest(JsonNode answer, String blobs, String bytes, String what) {
        return answer.path(blobs).asInt() == 0
                ? ""
                : "; "
                        + text(answer, blobs)
                        + " of "
                        + Table.bytes(answer.path(bytes).asLong())
                        + " "
                        + what;
    }
}
