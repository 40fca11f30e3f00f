package dev.tarn.cli;

import dev.tarn.cli.setup.Client;
import dev.tarn.cli.setup.Edit;
import dev.tarn.cli.setup.MirrorAddress;
import dev.tarn.cli.setup.Plan;
import dev.tarn.cli.setup.Setup;
import dev.tarn.cli.setup.Setup.Done;
import dev.tarn.cli.setup.Setup.Outcome;
import dev.tarn.cli.setup.Wanted;
import dev.tarn.cli.setup.Wanted.Reach;
import dev.tarn.config.TarnConfig;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// `tarn client-config`.
@Command(
        name = "client-config",
        description = {
            "Set up the clients of this machine to pull through the mirror. Without --write it only"
                    + " says what to put where.",
            "What was there is kept beside it, with .before-tarn behind its name."
        },
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:said, written or restored; or there was nothing to do",
            "1:a file is not understood, was changed by somebody else, or cannot be written:"
                    + " one line on standard error says which",
            "2:the configuration or the command line is wrong"
        })
final class ClientConfigCommand implements Callable<Integer> {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Map<String, String> environment;

    @Option(
            names = "--for",
            required = true,
            paramLabel = "CLIENT",
            description = "docker, containerd, podman, crio, k3s or buildkit.")
    private Client client = Client.DOCKER;

    @Option(names = "--write", description = "Edit its files, and keep what was there.")
    private boolean isWrite;

    @Option(
            names = "--undo",
            description = "Have its files as they were before the first --write, byte for byte.")
    private boolean isUndo;

    @Option(
            names = "--force",
            description = "With --undo: also those that somebody else has changed since.")
    private boolean isForced;

    @Option(
            names = "--default",
            description =
                    "For containerd: one _default for every registry, also those that the mirror"
                            + " does not copy, in the place of one file for each that it does.")
    private boolean isDefault;

    @Option(
            names = "--root",
            paramLabel = "DIR",
            defaultValue = "/",
            description = "Where the files are, if this is not the machine that they are for.")
    private Path root = Path.of("/");

    @Mixin private MirrorOption mirror = new MirrorOption();
    @Mixin private OutputOption output = new OutputOption();
    @Spec private CommandSpec spec = CommandSpec.create();

    ClientConfigCommand(Map<String, String> environment) {
        this.environment = environment;
    }

    @Override
    public Integer call() {
        if (isWrite && isUndo) {
            throw wrong("--write and --undo: one of them");
        }
        if (isForced && !isUndo) {
            throw wrong("--force goes with --undo");
        }
        if (isDefault && client != Client.CONTAINERD) {
            throw wrong("--default goes with --for containerd");
        }
        if (isUndo) {
            return undo();
        }
        return isWrite ? write() : say();
    }

    private int say() {
        Wanted wanted = wanted();
        Plan plan = client.snippets(wanted);
        ObjectNode answer = answer().put("mirror", wanted.mirror().url());
        ArrayNode files = answer.putArray("files");
        for (Edit edit : plan.edits()) {
            files.addObject().put("path", edit.path()).put("text", edit.snippet());
        }
        List<String> next = plan.edits().stream().flatMap(it -> it.next().stream()).toList();
        put(answer, next, plan.notes());
        PrintWriter out = spec.commandLine().getOut();
        output.printText(
                out,
                answer,
                () -> {
                    for (Edit edit : plan.edits()) {
                        out.println(edit.path() + ":\n");
                        out.println(edit.snippet().indent(4));
                    }
                    printNext(next, plan.notes());
                });
        return Main.OK;
    }

    private int write() {
        Wanted wanted = wanted();
        Done done = new Setup(client, root).write(wanted);
        print(answer().put("mirror", wanted.mirror().url()), done);
        return Main.OK;
    }

    private int undo() {
        Setup setup = new Setup(client, root);
        List<String> changed = isForced ? List.of() : setup.changedByOthers();
        if (!changed.isEmpty()) {
            changed.forEach(path ->
                    spec.commandLine()
                            .getErr()
                            .println(
                                    "tarn: "
                                            + path
                                            + ": somebody else has changed this since;"
                                            + " --force has it as it was before"));
            return Main.FAILED;
        }
        print(answer(), setup.undo());
        return Main.OK;
    }

    private Wanted wanted() {
        TarnConfig config = mirror.config(environment);
        URI url = mirror.url(environment);
        MirrorAddress address =
                MirrorAddress.of(url)
                        .orElseThrow(() ->
                                wrong(
                                        "--mirror: '"
                                                + url
                                                + "' has more than a scheme, a host and a"
                                                + " port, and clients want no more"));
        return new Wanted(
                address,
                config.upstreams().stream().map(it -> it.host().text()).toList(),
                config.defaultUpstream().text(),
                isDefault ? Reach.ALL : Reach.EACH);
    }

    private ObjectNode answer() {
        return JSON.createObjectNode().put("client", client.name().toLowerCase(Locale.ROOT));
    }

    private void print(ObjectNode answer, Done done) {
        ArrayNode files = answer.putArray("files");
        for (Outcome outcome : done.outcomes()) {
            files.addObject()
                    .put("path", outcome.path())
                    .put("result", result(outcome))
                    .put("before", outcome.backup().orElse(null));
        }
        List<String> next =
                done.outcomes().stream().flatMap(it -> it.next().stream()).distinct().toList();
        put(answer, next, done.notes());
        output.printText(
                spec.commandLine().getOut(),
                answer,
                () -> {
                    table(done).print(spec.commandLine().getOut());
                    printNext(next, done.notes());
                });
    }

    private static Table table(Done done) {
        Table table = new Table("FILE", "RESULT", "BEFORE");
        for (Outcome outcome : done.outcomes()) {
            table.add(outcome.path(), result(outcome), outcome.backup().orElse("-"));
        }
        return table;
    }

    private static String result(Outcome outcome) {
        return outcome.result().name().toLowerCase(Locale.ROOT);
    }

    private static void put(ObjectNode answer, List<String> next, List<String> notes) {
        next.forEach(answer.putArray("next")::add);
        notes.forEach(answer.putArray("notes")::add);
    }

    private void printNext(List<String> next, List<String> notes) {
        PrintWriter out = spec.commandLine().getOut();
        notes.forEach(note -> out.println("Note: " + note));
        next.forEach(command -> out.println("Next: " + command));
    }

    private ParameterException wrong(String why) {
        return new ParameterException(spec.commandLine(), why);
    }
}
