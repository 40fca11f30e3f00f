package dev.tarn.cli;

import dev.tarn.cli.image.ImageName;
import dev.tarn.cli.image.Pulled;
import dev.tarn.config.Units;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/// `tarn check`.
@Command(
        name = "check",
        description =
                "Say whether images are there, are the right ones, and how long it takes to pull them.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:all of them came, in time",
            "1:one is missing, is not the right one, or could not be pulled",
            "2:all came, but one took longer than --max; or the command line is wrong"
        })
final class CheckCommand extends PullCommand {

    /// Shorter ones name too many.
    private static final Pattern SHA = Pattern.compile("[0-9a-f]{7,64}");

    /// OCI image specification, "Pre-Defined Annotation Keys".
    private static final String REVISION = "org.opencontainers.image.revision";

    @Parameters(paramLabel = "IMAGE", arity = "1..*", description = "alpine, quay.io/a/b:v1, …")
    private List<String> images = List.of();

    @Option(
            names = "--max",
            paramLabel = "TIME",
            converter = Time.class,
            description = "What a pull may take, such as 10s; longer is slow.")
    private @Nullable Duration max;

    @Option(
            names = "--platform",
            paramLabel = "OS/ARCH",
            description = "Without it, this machine's.")
    private String platform = ownPlatform();

    @Option(
            names = "--tag-pattern",
            paramLabel = "REGEX",
            description = "What the whole tag has to match.")
    private @Nullable Pattern tagPattern;

    @Option(
            names = "--git-sha",
            paramLabel = "SHA",
            description = "The commit that the tag has to hold, or the label " + REVISION + ".")
    private @Nullable String gitSha;

    CheckCommand(Map<String, String> environment) {
        super(environment);
    }

    static final class Time implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String text) {
            try {
                return Units.parseDuration(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException("'" + text + "' " + e.getMessage());
            }
        }
    }

    @Override
    public Integer call() throws InterruptedException {
        if (gitSha != null && !SHA.matcher(gitSha).matches()) {
            throw wrong("--git-sha: '" + gitSha + "' is not 7 to 64 hexadecimal digits");
        }
        List<ImageName> named = images.stream().map(this::image).toList();
        List<Line> lines =
                pull(named, List.of(platform), false).stream().map(this::judged).toList();
        print(lines);
        if (lines.stream().allMatch(line -> line.result() == Result.OK)) {
            return Main.OK;
        }
        boolean isOnlySlow =
                lines.stream()
                        .allMatch(
                                line -> line.result() == Result.OK || line.result() == Result.SLOW);
        return isOnlySlow ? Main.SLOW : Main.FAILED;
    }

    private Line judged(Line line) {
        if (line.result() != Result.OK) {
            return line;
        }
        Pulled pulled = Objects.requireNonNull(line.pulled());
        String tag = line.image().tag().map(Object::toString).orElse("");
        if (tagPattern != null && !tagPattern.matcher(tag).matches()) {
            return line.with(Result.MISMATCH, "the tag does not match " + tagPattern);
        }
        if (gitSha != null && !isOf(gitSha, tag, pulled.labels().getOrDefault(REVISION, ""))) {
            return line.with(Result.MISMATCH, "neither the tag nor the label is of " + gitSha);
        }
        if (max != null && pulled.duration().compareTo(max) > 0) {
            return line.with(
                    Result.SLOW,
                    "took "
                            + Table.seconds(pulled.duration().toMillis())
                            + ", more than "
                            + Table.seconds(max.toMillis()));
        }
        return line;
    }

    /// A tag may hold the commit in short.
    private static boolean isOf(String sha, String tag, String revision) {
        boolean isTagged =
                Stream.of(tag.split("[^0-9a-f]+", -1))
                        .filter(part -> SHA.matcher(part).matches())
                        .anyMatch(part -> part.startsWith(sha) || sha.startsWith(part));
        return isTagged || (!revision.isEmpty() && revision.startsWith(sha));
    }
}
