package dev.tarn.cli;

import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/// `tarn scrub`.
@Command(
        name = "scrub",
        description = "Have a running mirror read and hash all that it has stored, now.",
        exitCodeList = {
            "0:it has begun or, with --wait, found all in order",
            "1:with --wait, some blobs were damaged and are set aside; or no mirror answers",
            "2:the command line is wrong"
        })
final class ScrubCommand extends AdminCommand {

    private static final long LOOK_MILLIS = 500;

    @Option(names = "--wait", description = "Wait for the end, and show how far it has come.")
    private boolean isWaitedFor;

    ScrubCommand(Map<String, String> environment) {
        super(environment);
    }

    @Override
    public Integer call() throws InterruptedException {
        JsonNode pass = send("POST", "scrub", AdminOption.NOTHING);
        if (isWaitedFor) {
            pass = awaitEnd(pass);
        }
        print(pass, ScrubCommand::table);
        boolean isDamaged = isWaitedFor && pass.path("damagedBlobs").asLong() > 0;
        return isDamaged ? Main.FAILED : Main.OK;
    }

    private JsonNode awaitEnd(JsonNode begun) throws InterruptedException {
        OptionalInt columns = columns();
        JsonNode pass = begun;
        int tenths = 0;
        try (ProgressLine line = new ProgressLine(err(), columns, "scrub")) {
            while (pass.path("isRunning").asBoolean()) {
                double progress = pass.path("progress").asDouble();
                long bytes = pass.path("bytes").asLong();
                line.come(bytes, progress > 0 ? (long) (bytes / progress) : bytes);
                if (columns.isEmpty() && (int) (10 * progress) > tenths) {
                    tenths = (int) (10 * progress);
                    err().println("scrub: " + 10 * tenths + " %");
                }
                TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
                pass = ask("scrub");
            }
        }
        return pass;
    }

    private static Table table(JsonNode pass) {
        Table table = new Table("WHAT", "VALUE");
        boolean isRunning = pass.path("isRunning").asBoolean();
        table.add("running", isRunning ? "yes" : "no");
        table.add("started", text(pass, "startedAt"));
        table.add("finished", text(pass, "finishedAt"));
        table.add("blobs", text(pass, "blobs"));
        table.add("read", Table.bytes(pass.path("bytes").asLong()));
        table.add("damaged blobs", text(pass, "damagedBlobs"));
        return table;
    }
}
