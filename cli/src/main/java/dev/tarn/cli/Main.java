package dev.tarn.cli;

import dev.tarn.config.ConfigException;
import java.io.PrintWriter;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/// The `tarn` command.
@Command(
        name = "tarn",
        description = "A pull-through mirror for OCI registries.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:it did what it was asked to",
            "1:it failed; one line on standard error says why",
            "2:the configuration or the command line is wrong",
            "3:out of memory, or a thread died that it cannot do without; start it again"
        })
public final class Main implements Runnable {

    static final int OK = 0;
    static final int FAILED = 1;
    static final int WRONG_CONFIGURATION = 2;

    /// Of `check` only.
    static final int SLOW = 2;

    /// Also what a JVM ends with that is told to exit when it is out of memory.
    static final int BROKEN = 3;

    @Spec private CommandSpec spec = CommandSpec.create();

    private Main() {}

    /// Runs one command and ends the process with its exit code.
    public static void main(String... arguments) {
        int exitCode = commandLine(System.getenv()).execute(arguments);
        Log.close();
        System.exit(exitCode);
    }

    static CommandLine commandLine(Map<String, String> environment) {
        return new CommandLine(new Main())
                .addSubcommand(new ServeCommand(environment))
                .addSubcommand(
                        new CommandLine(new ConfigCommand())
                                .addSubcommand(new ConfigCheckCommand(environment)))
                .addSubcommand(new DemoCommand())
                .addSubcommand(new CheckCommand(environment))
                .addSubcommand(new PrewarmCommand(environment))
                .addSubcommand(new AskCommand.Images(environment))
                .addSubcommand(new AskCommand.Pulls(environment))
                .addSubcommand(new AskCommand.Stats(environment))
                .addSubcommand(new AskCommand.Upstreams(environment))
                .addSubcommand(new InspectCommand(environment))
                .addSubcommand(new AskCommand.Pins(environment))
                .addSubcommand(new PinCommand(environment))
                .addSubcommand(new UnpinCommand(environment))
                .addSubcommand(new PurgeCommand(environment))
                .addSubcommand(new ScrubCommand(environment))
                .addSubcommand(new CompletionCommand())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler(Main::explain);
    }

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "Say what to do: serve, config, demo, check, prewarm, ls, pulls, stats, upstreams,"
                        + " inspect, pins, pin, unpin, purge, scrub or completion");
    }

    /// A failure that a person can mend is said in one line each; anything else is a bug and says
    /// where.
    private static int explain(Exception failure, CommandLine command, ParseResult parsed) {
        PrintWriter err = command.getErr();
        switch (failure) {
            case ConfigException e -> {
                e.problems().forEach(err::println);
                return WRONG_CONFIGURATION;
            }
            case StartException e -> err.println("tarn: " + e.getMessage());
            case AskException e -> err.println("tarn: " + e.getMessage());
            default -> failure.printStackTrace(err);
        }
        return FAILED;
    }

    /// The version that the build wrote into the jar.
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"tarn " + version()};
        }
    }

    static String version() {
        String version = Main.class.getPackage().getImplementationVersion();
        return version == null ? "(not packaged)" : version;
    }
}
