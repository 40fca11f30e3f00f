package dev.tarn.cli;

import dev.tarn.cli.image.ImageClient;
import dev.tarn.cli.image.Trial;
import dev.tarn.oci.ImageName;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// A command that pulls images through a mirror, and says how that went.
@Command(mixinStandardHelpOptions = true)
abstract sealed class PullCommand implements Callable<Integer>
        permits CheckCommand, PrewarmCommand {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Map<String, String> environment;

    @Mixin private MirrorOption mirror = new MirrorOption();
    @Mixin private OutputOption output = new OutputOption();
    @Spec private CommandSpec spec = CommandSpec.create();

    PullCommand(Map<String, String> environment) {
        this.environment = environment;
    }

    Map<String, String> environment() {
        return environment;
    }

    ParameterException wrong(String why) {
        return new ParameterException(spec.commandLine(), why);
    }

    /// An image as it was given on the command line.
    ImageName image(String text) {
        try {
            return ImageName.parse(text);
        } catch (IllegalArgumentException e) {
            throw wrong(String.valueOf(e.getMessage()));
        }
    }

    /// @param isKept whether what the mirror has already need not come
    List<Trial> pull(List<ImageName> images, List<String> platforms, boolean isKept)
            throws InterruptedException {
        List<Trial> trials = new ArrayList<>();
        OptionalInt columns = ProgressLine.columns(environment);
        try (ImageClient client = new ImageClient(mirror.url(environment))) {
            for (ImageName image : images) {
                for (String platform : platforms) {
                    try (ProgressLine progress =
                            new ProgressLine(
                                    spec.commandLine().getErr(), columns, image.toString())) {
                        trials.add(Trial.of(client, image, platform, isKept, progress));
                    }
                }
            }
        }
        return trials;
    }

    void print(List<Trial> trials) {
        ObjectNode answer = JSON.createObjectNode();
        trials.forEach(trial -> answer.withArray("images").add(json(trial)));
        output.print(spec.commandLine().getOut(), answer, PullCommand::table);
    }

    private static JsonNode json(Trial trial) {
        ObjectNode json =
                JSON.createObjectNode()
                        .put("image", trial.image().toString())
                        .put("platform", trial.platform())
                        .put("result", trial.result().name().toLowerCase(Locale.ROOT))
                        .put("reason", trial.why().orElse(null));
        trial.pulled()
                .ifPresent(pulled ->
                        json.put("digest", pulled.digest().toString())
                                .put("millis", pulled.duration().toMillis())
                                .put("bytes", pulled.bytes())
                                .put("cachedBytes", pulled.cachedBytes()));
        return json;
    }

    private static Table table(JsonNode answer) {
        Table table = new Table("IMAGE", "PLATFORM", "RESULT", "TIME", "SIZE", "FETCHED", "WHY");
        for (JsonNode line : answer.path("images")) {
            boolean isPulled = line.has("digest");
            long bytes = line.path("bytes").asLong(0);
            long fetched = bytes - line.path("cachedBytes").asLong(0);
            table.add(
                    line.path("image").asString(),
                    line.path("platform").asString(),
                    line.path("result").asString(),
                    isPulled ? Table.seconds(line.path("millis").asLong(0)) : "-",
                    isPulled ? Table.bytes(bytes) : "-",
                    isPulled ? Table.bytes(fetched) : "-",
                    line.path("reason").isNull() ? "-" : line.path("reason").asString());
        }
        return table;
    }
}
