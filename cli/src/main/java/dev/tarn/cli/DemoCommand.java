package dev.tarn.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.slf4j.event.Level;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `tarn demo`: shows what the mirror does, without a network.
@Command(
        name = "demo",
        description = {
            "Pull an image from a small registry of its own over a simulated slow link: directly, through"
                    + " the mirror, by many clients at once, and again. Needs no network."
        },
        mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {

    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws IOException, InterruptedException {
        Log.setLevel(Level.WARN);
        return new Demo(spec.commandLine().getOut()).run() ? Main.OK : Main.FAILED;
    }
}
