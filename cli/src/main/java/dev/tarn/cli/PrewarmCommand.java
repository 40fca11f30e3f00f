package dev.tarn.cli;

import dev.tarn.cli.image.ImageFile;
import dev.tarn.cli.image.Trial;
import dev.tarn.config.Platform;
import dev.tarn.oci.ImageName;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `tarn prewarm`.
@Command(
        name = "prewarm",
        description = "Have the mirror fetch images before anybody asks for them.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:the mirror has all of them",
            "1:one is missing, or could not be fetched",
            "2:the command line is wrong, or a file that it names"
        })
final class PrewarmCommand extends PullCommand {

    @Parameters(paramLabel = "IMAGE", arity = "0..*", description = "alpine, quay.io/a/b:v1, …")
    private List<String> images = List.of();

    @Option(
            names = {"-f", "--file"},
            paramLabel = "FILE",
            description = {
                "A Kubernetes manifest, a compose file, or a list with one image a line;",
                "may be given more than once."
            })
    private List<Path> files = List.of();

    @Option(
            names = "--platform",
            paramLabel = "OS/ARCH",
            split = ",",
            description = "linux/arm64,linux/amd64, … Without it, this machine's.")
    private List<String> platforms = List.of(Platform.own());

    PrewarmCommand(Map<String, String> environment) {
        super(environment);
    }

    @Override
    public Integer call() throws InterruptedException {
        Set<ImageName> named = new LinkedHashSet<>();
        images.forEach(text -> named.add(image(text)));
        try {
            files.forEach(file -> named.addAll(ImageFile.read(file, environment())));
        } catch (IllegalArgumentException e) {
            throw wrong(String.valueOf(e.getMessage()));
        }
        if (named.isEmpty()) {
            throw wrong("Name an image, or a file that names some (-f)");
        }
        List<Trial> trials = pull(List.copyOf(named), platforms, true);
        print(trials);
        boolean isWhole = trials.stream().allMatch(Trial::isGood);
        return isWhole ? Main.OK : Main.FAILED;
    }
}
