package dev.tarn.cli;

import java.io.PrintWriter;
import java.util.Map;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `tarn completion`.
@Command(
        name = "completion",
        mixinStandardHelpOptions = true,
        description = {
            "Print what lets a shell complete the commands and options of tarn:",
            "source <(tarn completion bash)"
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:it was printed", "2:the command line is wrong"})
final class CompletionCommand implements Runnable {

    /// Both take the same script, which turns on what zsh has for those of bash.
    enum Shell {
        BASH,
        ZSH
    }

    @Parameters(paramLabel = "bash|zsh", description = "The shell.")
    private Shell shell = Shell.BASH;

    @Spec private CommandSpec spec = CommandSpec.create();

    private final Map<String, String> environment;

    CompletionCommand(Map<String, String> environment) {
        this.environment = environment;
    }

    @Override
    public void run() {
        PrintWriter out = spec.commandLine().getOut();
        if (shell == Shell.ZSH) {
            out.println("#compdef tarn"); // for those who put it in a folder of $fpath
        }
        out.print(AutoComplete.bash("tarn", Main.commandLine(environment)));
        out.flush();
    }
}
