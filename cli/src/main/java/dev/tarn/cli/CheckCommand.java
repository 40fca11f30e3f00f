package dev.tarn.cli;

import dev.tarn.cli.image.Trial;
import dev.tarn.config.Expectation;
import dev.tarn.config.Platform;
import dev.tarn.config.Units;
import dev.tarn.oci.ImageName;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
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
    private String platform = Platform.own();

    @Option(
            names = "--tag-pattern",
            paramLabel = "REGEX",
            description = "What the whole tag has to match.")
    private @Nullable String tagPattern;

    @Option(
            names = "--git-sha",
            paramLabel = "SHA",
            description =
                    "The commit that the tag has to hold, or the label " + Trial.REVISION + ".")
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
        Expectation expected = expectation();
        List<ImageName> named = images.stream().map(this::image).toList();
        List<Trial> trials =
                pull(named, List.of(platform), false).stream()
                        .map(trial -> trial.judged(expected))
                        .toList();
        print(trials);
        if (trials.stream().allMatch(Trial::isGood)) {
            return Main.OK;
        }
        boolean isOnlySlow =
                trials.stream()
                        .allMatch(trial -> trial.isGood() || trial.result() == Trial.Result.SLOW);
        return isOnlySlow ? Main.SLOW : Main.FAILED;
    }

    private Expectation expectation() {
        return new Expectation(
                Optional.ofNullable(max),
                valid("--tag-pattern", tagPattern, Expectation::parseTagPattern),
                valid("--git-sha", gitSha, Expectation::parseGitSha));
    }

    private Optional<String> valid(
            String option, @Nullable String text, UnaryOperator<String> parse) {
        try {
            return Optional.ofNullable(text).map(parse);
        } catch (IllegalArgumentException e) {
            throw wrong(option + ": '" + text + "' " + e.getMessage());
        }
    }
}
