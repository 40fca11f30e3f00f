package dev.tarn.cli;

import dev.tarn.cli.image.ImageClient;
import dev.tarn.cli.image.ImageName;
import dev.tarn.cli.image.PullException;
import dev.tarn.cli.image.Pulled;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
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

    /// How it went with one image.
    enum Result {
        OK,
        SLOW,
        MISMATCH,
        MISSING,
        FAILED
    }

    /// One line of the answer.
    ///
    /// @param why where it is not well
    record Line(
            ImageName image,
            String platform,
            Result result,
            Optional<String> why,
            @Nullable Pulled pulled) {

        Line with(Result other, String reason) {
            return new Line(image, platform, other, Optional.of(reason), pulled);
        }
    }

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

    /// Of the machine that this runs on.
    static String ownPlatform() {
        String architecture = System.getProperty("os.arch");
        return "linux/" + (architecture.equals("aarch64") ? "arm64" : architecture);
    }

    /// @param isKept whether what the mirror has already need not come
    List<Line> pull(List<ImageName> images, List<String> platforms, boolean isKept)
            throws InterruptedException {
        List<Line> lines = new ArrayList<>();
        OptionalInt columns = ProgressLine.columns(environment);
        try (ImageClient client = new ImageClient(mirror.url(environment))) {
            for (ImageName image : images) {
                for (String platform : platforms) {
                    lines.add(pull(client, image, platform, isKept, columns));
                }
            }
        }
        return lines;
    }

    private Line pull(
            ImageClient client,
            ImageName image,
            String platform,
            boolean isKept,
            OptionalInt columns)
            throws InterruptedException {
        try (ProgressLine progress =
                new ProgressLine(spec.commandLine().getErr(), columns, image.toString())) {
            Pulled pulled = client.pull(image, platform, isKept, progress);
            return new Line(image, platform, Result.OK, Optional.empty(), pulled);
        } catch (PullException e) {
            Result result = e.isMissing() ? Result.MISSING : Result.FAILED;
            return failed(image, platform, result, e);
        } catch (IOException e) {
            return failed(image, platform, Result.FAILED, e);
        }
    }

    private static Line failed(ImageName image, String platform, Result result, IOException why) {
        return new Line(
                image, platform, result, Optional.of(String.valueOf(why.getMessage())), null);
    }

    void print(List<Line> lines) {
        ObjectNode answer = JSON.createObjectNode();
        lines.forEach(line -> answer.withArray("images").add(json(line)));
        output.print(spec.commandLine().getOut(), answer, PullCommand::table);
    }

    private static JsonNode json(Line line) {
        ObjectNode json =
                JSON.createObjectNode()
                        .put("image", line.image().toString())
                        .put("platform", line.platform())
                        .put("result", line.result().name().toLowerCase(Locale.ROOT))
                        .put("reason", line.why().orElse(null));
        Pulled pulled = line.pulled();
        if (pulled != null) {
            json.put("digest", pulled.digest().toString())
                    .put("millis", pulled.duration().toMillis())
                    .put("bytes", pulled.bytes())
                    .put("cachedBytes", pulled.cachedBytes());
        }
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
