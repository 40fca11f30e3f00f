package dev.tarn.cli.image;

import dev.tarn.config.Expectation;
import dev.tarn.oci.ImageName;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/// One image that was asked for, for one platform, and how it went.
///
/// @param why where it is not well
/// @param pulled where all of it came
public record Trial(
        ImageName image,
        String platform,
        Result result,
        Optional<String> why,
        Optional<Pulled> pulled) {

    public enum Result {
        OK,
        SLOW,
        MISMATCH,
        MISSING,
        FAILED
    }

    /// OCI image specification, "Pre-Defined Annotation Keys".
    public static final String REVISION = "org.opencontainers.image.revision";

    /// Pulls the image.
    ///
    /// @param isKept whether what the mirror has already need not come
    public static Trial of(
            ImageClient client,
            ImageName image,
            String platform,
            boolean isKept,
            ImageClient.Progress progress)
            throws InterruptedException {
        try {
            Pulled pulled = client.pull(image, platform, isKept, progress);
            return new Trial(image, platform, Result.OK, Optional.empty(), Optional.of(pulled));
        } catch (PullException e) {
            return failed(image, platform, e.isMissing() ? Result.MISSING : Result.FAILED, e);
        } catch (IOException e) {
            return failed(image, platform, Result.FAILED, e);
        }
    }

    private static Trial failed(ImageName image, String platform, Result result, IOException why) {
        return new Trial(
                image,
                platform,
                result,
                Optional.of(String.valueOf(why.getMessage())),
                Optional.empty());
    }

    public boolean isGood() {
        return result == Result.OK;
    }

    /// The same, unless the image that came is not as it should be.
    public Trial judged(Expectation expected) {
        return isGood() ? pulled.flatMap(come -> complaint(come, expected)).orElse(this) : this;
    }

    private Optional<Trial> complaint(Pulled come, Expectation expected) {
        String tag = image.tag().map(Object::toString).orElse("");
        String revision = come.labels().getOrDefault(REVISION, "");
        Optional<Trial> misnamed =
                expected.tagPattern()
                        .filter(pattern -> !tag.matches(pattern))
                        .map(pattern -> with(Result.MISMATCH, "the tag does not match " + pattern));
        Optional<Trial> ofOther =
                expected.gitSha()
                        .filter(sha -> !isOf(sha, tag, revision))
                        .map(sha ->
                                with(
                                        Result.MISMATCH,
                                        "neither the tag nor the label is of " + sha));
        Optional<Trial> slow =
                expected.max()
                        .filter(max -> come.duration().compareTo(max) > 0)
                        .map(max ->
                                with(
                                        Result.SLOW,
                                        "took %s, more than %s"
                                                .formatted(
                                                        seconds(come.duration()), seconds(max))));
        return misnamed.or(() -> ofOther).or(() -> slow);
    }

    private Trial with(Result other, String reason) {
        return new Trial(image, platform, other, Optional.of(reason), pulled);
    }

    /// A tag may hold the commit in short.
    private static boolean isOf(String sha, String tag, String revision) {
        boolean isTagged =
                Stream.of(tag.split("[^0-9a-f]+", -1))
                        .filter(Expectation::isGitSha)
                        .anyMatch(part -> part.startsWith(sha) || sha.startsWith(part));
        return isTagged || (!revision.isEmpty() && revision.startsWith(sha));
    }

    private static String seconds(Duration duration) {
        return String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1e3);
    }
}
