package dev.tarn.cli;

import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `tarn unpin`.
@Command(
        name = "unpin",
        description = "Take back what `tarn pin` has pinned.",
        exitCodeList = {
            "0:the pattern is no pin any more",
            "1:it was none, or is in storage.pins, or no mirror answers",
            "2:the command line is wrong"
        })
final class UnpinCommand extends AdminCommand {

    @Parameters(paramLabel = "PATTERN", description = "As `tarn pins` lists it.")
    private String pattern = "";

    UnpinCommand(Map<String, String> environment) {
        super(environment);
    }

    @Override
    public Integer call() throws InterruptedException {
        String call = "pins?pattern=" + InspectCommand.encoded(pattern);
        print(send("DELETE", call, AdminOption.NOTHING), PinCommand::table);
        return Main.OK;
    }
}
