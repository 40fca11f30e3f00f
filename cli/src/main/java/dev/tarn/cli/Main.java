package dev.tarn.cli;

import dev.tarn.cli.setup.SetupException;
import dev.tarn.config.ConfigException;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Supplier;
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
        String asked = arguments.length == 0 ? "" : arguments[0];
        int exitCode = commandLine(System.getenv(), asked).execute(arguments);
        Log.close();
        System.exit(exitCode);
    }

    /// With every command.
    static CommandLine commandLine(Map<String, String> environment) {
        return commandLine(environment, "");
    }

    /// With the command that is asked for, where there is one of that name: to make all of them
    /// would be a good part of each start.
    private static CommandLine commandLine(Map<String, String> environment, String asked) {
        CommandLine tarn = new CommandLine(new Main());
        SequencedMap<String, Supplier<?>> commands = commands(environment);
        commands.forEach((name, command) -> {
            if (name.equals(asked) || !commands.containsKey(asked)) {
                tarn.addSubcommand(name, command.get());
            }
        });
        return tarn.setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler(Main::explain);
    }

    private static SequencedMap<String, Supplier<?>> commands(Map<String, String> environment) {
        SequencedMap<String, Supplier<?>> commands = new LinkedHashMap<>();
        commands.put("serve", () -> new ServeCommand(environment));
        commands.put("config", () -> config(environment));
        commands.put("demo", DemoCommand::new);
        commands.put("doctor", () -> new DoctorCommand(environment));
        commands.put("check", () -> new CheckCommand(environment));
        commands.put("prewarm", () -> new PrewarmCommand(environment));
        commands.put("client-config", () -> new ClientConfigCommand(environment));
        commands.put("ls", () -> new AskCommand.Images(environment));
        commands.put("pulls", () -> new AskCommand.Pulls(environment));
        commands.put("stats", () -> new AskCommand.Stats(environment));
        commands.put("upstreams", () -> new AskCommand.Upstreams(environment));
        commands.put("inspect", () -> new InspectCommand(environment));
        commands.put("pins", () -> new AskCommand.Pins(environment));
        commands.put("pin", () -> new PinCommand(environment));
        commands.put("unpin", () -> new UnpinCommand(environment));
        commands.put("purge", () -> new PurgeCommand(environment));
        commands.put("scrub", () -> new ScrubCommand(environment));
        commands.put("completion", () -> new CompletionCommand(environment));
        return commands;
    }

    private static CommandLine config(Map<String, String> environment) {
        return new CommandLine(new ConfigCommand())
                .addSubcommand(new ConfigCheckCommand(environment));
    }

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "Say what to do: "
                        + String.join(", ", spec.commandLine().getSubcommands().keySet()));
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
            case SetupException e -> err.println("tarn: " + e.getMessage());
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
        return packagedVersion().orElse("(not packaged)");
    }

    /// Empty where it runs from the classes of a build.
    static Optional<String> packagedVersion() {
        return Optional.ofNullable(Main.class.getPackage().getImplementationVersion());
    }
}
