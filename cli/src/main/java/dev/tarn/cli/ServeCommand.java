package dev.tarn.cli;

import dev.tarn.config.TarnConfig;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `tarn serve`: runs the mirror until SIGTERM or SIGINT.
@Command(
        name = "serve",
        description = "Run the mirror until SIGTERM or SIGINT, then let answers under way finish.",
        mixinStandardHelpOptions = true)
final class ServeCommand implements Callable<Integer> {

    /// What closing may take besides the drain.
    private static final Duration CLOSE_MAX = Duration.ofSeconds(15);

    private final Map<String, String> environment;

    @Mixin private ConfigOption configOption = new ConfigOption();
    @Spec private CommandSpec spec = CommandSpec.create();

    ServeCommand(Map<String, String> environment) {
        this.environment = environment;
    }

    @Override
    public Integer call() throws InterruptedException {
        ConfigWatch watch = new ConfigWatch(configOption.file());
        TarnConfig config = configOption.read(environment);
        Log.setStyle(config.log().style());
        Log.setLevel(config.log().level());
        LastResort.install();
        Termination termination = Termination.listen(config.http().drainTimeout().plus(CLOSE_MAX));
        try (Mirror mirror = Mirror.start(config, environment);
                watch) {
            watch.start(() -> mirror.reload(() -> configOption.read(environment)));
            Hangup.listen(watch::ask);
            spec.commandLine().getOut().println(mirror.readyLine());
            termination.await();
        } finally {
            termination.closed();
        }
        return Main.OK;
    }
}
