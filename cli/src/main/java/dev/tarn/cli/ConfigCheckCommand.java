package dev.tarn.cli;

import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `tarn config check`: every mistake in one go, or OK.
@Command(
        name = "check",
        description = "Report every mistake in the configuration, each on its own line.",
        mixinStandardHelpOptions = true)
final class ConfigCheckCommand implements Callable<Integer> {

    private final Map<String, String> environment;

    @Mixin private ConfigOption config = new ConfigOption();
    @Spec private CommandSpec spec = CommandSpec.create();

    ConfigCheckCommand(Map<String, String> environment) {
        this.environment = environment;
    }

    @Override
    public Integer call() {
        int upstreams = config.read(environment).upstreams().size();
        spec.commandLine().getOut().println("OK: " + upstreams + " upstreams");
        return Main.OK;
    }
}
