package dev.tarn.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.oci.ImageName;
import dev.tarn.oci.Secret;
import dev.tarn.storage.Pin;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalTime;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The sections `events`, `prewarm` and `checks`.
class JobReaderTest {

    private static final ImageName ALPINE = ImageName.parse("alpine");

    @TempDir private Path folder = Path.of("");
    private ConfigFile file = new ConfigFile(folder);

    @BeforeEach
    void useFolder() {
        file = new ConfigFile(folder);
    }

    @Test
    void nobodyMayTellAndNothingIsPulledUnlessItIsSaid() throws IOException {
        TarnConfig config = file.read("");

        assertThat(config.events()).isEqualTo(TarnConfig.Events.NONE);
        assertThat(config.events().secret()).isEmpty();
        assertThat(config.jobs()).isEmpty();
    }

    @Test
    void everyKeyIsRead() throws IOException {
        TarnConfig config =
                file.read(
                        """
                        events: {secret: 0123456789abcdef, prewarm: ["ghcr.io/team/*:v*"], platforms: [linux/arm64]}
                        prewarm:
                          often: {images: [alpine, "quay.io/a/b:v1"], platforms: [linux/arm64/v8, linux/amd64], interval: 6h}
                          nightly: {images: [alpine], at: "03:30"}
                        checks:
                          base: {images: [alpine], platforms: [linux/amd64], interval: 1m, max: 10s, tag-pattern: "v[0-9]+",
                            git-sha: 3f2a91c}
                        """);

        assertThat(config.events())
                .isEqualTo(
                        new TarnConfig.Events(
                                Optional.of(new Secret("0123456789abcdef")),
                                List.of(new Pin("ghcr.io", "team/*", "v*")),
                                List.of("linux/arm64")));
        assertThat(config.jobs())
                .containsExactly(
                        new ImageJob(
                                ImageJob.Kind.PREWARM,
                                "often",
                                List.of(ALPINE, ImageName.parse("quay.io/a/b:v1")),
                                List.of("linux/arm64/v8", "linux/amd64"),
                                new Timing.Every(Duration.ofHours(6)),
                                Expectation.NONE),
                        new ImageJob(
                                ImageJob.Kind.PREWARM,
                                "nightly",
                                List.of(ALPINE),
                                List.of(Platform.own()),
                                new Timing.Daily(LocalTime.of(3, 30)),
                                Expectation.NONE),
                        new ImageJob(
                                ImageJob.Kind.CHECK,
                                "base",
                                List.of(ALPINE),
                                List.of("linux/amd64"),
                                new Timing.Every(Duration.ofMinutes(1)),
                                new Expectation(
                                        Optional.of(Duration.ofSeconds(10)),
                                        Optional.of("v[0-9]+"),
                                        Optional.of("3f2a91c"))));
    }

    @Test
    void aCheckIsMadeEveryFiveMinutesUnlessItIsSaid() throws IOException {
        assertThat(file.read("checks: {a: {images: [alpine]}}").jobs())
                .extracting(ImageJob::timing)
                .containsExactly(new Timing.Every(Duration.ofMinutes(5)));
    }

    @Test
    void theSecretIsNotShown() throws IOException {
        assertThat(file.read("events: {secret: 0123456789abcdef}").shown())
                .contains(new Shown("events.secret", "•••", false));
        assertThat(file.read("events: {secret: 0123456789abcdef}").toString())
                .doesNotContain("0123456789abcdef");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            textBlock =
                    """
                    events: {secret: short}                             |1:10: events.secret: must have at least 16 characters
                    events: {prewarm: [alpine]}                         |1:20: events.prewarm.0: 'alpine' is not registry/repository or registry/repository:tag (such as docker.io/library/*:latest)
                    events: {platforms: []}                             |1:10: events.platforms: must be 1 to 16
                    prewarm: [alpine]                                   |1:10: prewarm: is not a section
                    prewarm: {A: {images: [alpine], interval: 1h}}      |1:11: prewarm.A: 'A' is not a name (of small letters, digits and hyphens)
                    prewarm: {a: {images: [alpine]}}                    |1:11: prewarm.a.interval: give this or a time of day ('at'), one of them
                    prewarm: {a: {images: [A], interval: 1h}}           |1:24: prewarm.a.images.0: 'A' is no image (such as quay.io/a/b:v1)
                    prewarm: {a: {interval: 1h}}                        |1:11: prewarm.a.images: must be 1 to 1000
                    prewarm: {a: {images: [alpine], interval: 1s}}      |1:43: prewarm.a.interval: '1s' is less than 10s
                    prewarm: {a: {images: [alpine], at: 3am}}           |1:37: prewarm.a.at: '3am' is not a time of day (such as 03:30)
                    prewarm: {a: {images: [alpine], at: "24:00"}}       |1:37: prewarm.a.at: '24:00' is not a time of day (such as 03:30)
                    prewarm: {a: {images: [alpine], platforms: [arm]}}  |1:45: prewarm.a.platforms.0: 'arm' is not a platform (such as linux/arm64)
                    checks: {a: {images: [alpine], max: 2h}}            |1:37: checks.a.max: '2h' is more than 60m
                    checks: {a: {images: [alpine], git-sha: v1}}        |1:41: checks.a.git-sha: 'v1' is not 7 to 64 hexadecimal digits
                    checks: {a: {images: [alpine], tag-pattern: '('}}   |1:45: checks.a.tag-pattern: '(' is not a regular expression: Unclosed group
                    checks: {a: {images: [alpine], at: "03:30"}}        |1:32: checks.a.at: unknown key (allowed: images, platforms, interval, max, tag-pattern, git-sha)
                    """)
    void aMistakeIsSaidWithItsLineAndColumn(String yaml, String problem) throws IOException {
        assertThat(file.problems(yaml)).contains("tarn.yaml:" + problem);
    }
}
