package dev.tarn.cli;

import dev.tarn.cli.doctor.Doctor;
import dev.tarn.cli.doctor.Finding;
import dev.tarn.config.ConfigException;
import dev.tarn.config.TarnConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// `tarn doctor`.
@Command(
        name = "doctor",
        description = {
            "Look at all that a mirror with this configuration needs, and say what is wrong and"
                    + " what to do about it. Run it as the one who runs the mirror."
        },
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:all is well; there may be warnings",
            "1:there are problems",
            "2:the configuration or the command line is wrong"
        })
final class DoctorCommand implements Callable<Integer> {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String CONFIGURATION = "configuration";

    private final Map<String, String> environment;

    @Mixin private ConfigOption config = new ConfigOption();
    @Mixin private OutputOption output = new OutputOption();
    @Spec private CommandSpec spec = CommandSpec.create();

    DoctorCommand(Map<String, String> environment) {
        this.environment = environment;
    }

    @Override
    public Integer call() throws InterruptedException {
        TarnConfig read;
        try {
            read = config.read(environment);
        } catch (ConfigException e) {
            print(e.problems().stream().map(DoctorCommand::mistake).toList());
            return Main.WRONG_CONFIGURATION;
        }
        List<Finding> findings = new ArrayList<>();
        findings.add(Finding.ok(CONFIGURATION, "is good: " + source(read)));
        findings.addAll(new Doctor(environment).examine(read));
        print(findings);
        return findings.stream().anyMatch(Finding::isProblem) ? Main.FAILED : Main.OK;
    }

    private static Finding mistake(Object problem) {
        return Finding.problem(CONFIGURATION, problem.toString(), "correct it");
    }

    private String source(TarnConfig read) {
        String from = config.file().map(file -> "from " + file).orElse("the defaults");
        return from + ", with " + read.upstreams().size() + " upstreams";
    }

    private void print(List<Finding> findings) {
        ObjectNode answer = JSON.createObjectNode();
        answer.putArray("findings");
        findings.forEach(finding -> answer.withArray("findings").add(json(finding)));
        output.print(spec.commandLine().getOut(), answer, DoctorCommand::table);
    }

    private static ObjectNode json(Finding finding) {
        return JSON.createObjectNode()
                .put("state", finding.state().name().toLowerCase(Locale.ROOT))
                .put("where", finding.where())
                .put("what", finding.what())
                .put("remedy", finding.remedy().orElse(null));
    }

    private static Table table(JsonNode answer) {
        Table table = new Table("STATE", "WHERE", "WHAT");
        for (JsonNode finding : answer.path("findings")) {
            JsonNode remedy = finding.path("remedy");
            table.add(
                    finding.path("state").asString(),
                    finding.path("where").asString(),
                    finding.path("what").asString()
                            + (remedy.isNull() ? "" : "; to do: " + remedy.asString()));
        }
        return table;
    }
}
