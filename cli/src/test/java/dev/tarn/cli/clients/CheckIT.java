package dev.tarn.cli.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/// `tarn check` and `tarn prewarm` as shell scripts use them, before real registries.
final class CheckIT {

    private static final String IMAGE = Stage.REPOSITORY + ":" + Stage.IMAGE;

    /// So slow that an image of some megabytes takes seconds.
    private static final long BYTES_PER_SECOND = 2_000_000;

    private static final String SCRIPT =
            """
            set -u
            tarn=$1 mirror=$2 slow=$3 image=$4
            expect() {
              local wanted=$1 filter=$2 exit_code=0
              shift 2
              "$tarn" check -o json "$@" > answer.json || exit_code=$?
              if [ "$exit_code" != "$wanted" ] || ! jq -e "$filter" answer.json > /dev/null; then
                echo "check $*: exit code $exit_code, not $wanted, with:" >&2
                cat answer.json >&2
                exit 1
              fi
            }
            expect 0 '.images[0] | .result == "ok" and .cachedBytes < .bytes' \\
              --mirror "$mirror" --max 60s "docker.io/$image"
            expect 0 '.images[0] | .result == "ok" and .cachedBytes == .bytes' \\
              --mirror "$mirror" --max 60s "docker.io/$image"
            expect 1 '.images[0].result == "missing"' --mirror "$mirror" "docker.io/$image-none"
            expect 2 '.images[0] | .result == "slow" and .millis > 500 and (.reason | test("took"))' \\
              --mirror "$slow" --max 500ms "quay.io/$image"
            "$tarn" check --mirror "$mirror" "docker.io/$image" > plain
            if [ "$(wc -l < plain)" != 2 ] || grep -q '[^ -~]' plain; then
              echo "not plain:" >&2
              cat -v plain >&2
              exit 1
            fi
            """;

    @Test
    void aScriptTellsTheCasesApart(TestInfo test) throws IOException {
        try (Stage stage = Stage.open(test);
                SlowRelay link = SlowRelay.to(stage.quay().registry().address(), BYTES_PER_SECOND);
                TarnProcess slow = behind(link, stage, Stage.logs(test))) {
            Path folder = stage.folder("script");
            Path script = Files.writeString(folder.resolve("check.sh"), SCRIPT);
            Command.of("bash", script.toString(), TarnProcess.launcher().toString())
                    .and("http://" + stage.tarn().address(), "http://" + slow.address(), IMAGE)
                    .in(folder)
                    .run();
        }
    }

    /// In a pseudo-terminal of 60 columns; what is written over is between carriage returns.
    @Test
    void theProgressFitsTheTerminal(TestInfo test) throws IOException {
        try (Stage stage = Stage.open(test);
                SlowRelay link = SlowRelay.to(stage.quay().registry().address(), BYTES_PER_SECOND);
                TarnProcess slow = behind(link, stage, Stage.logs(test))) {
            Path screen = stage.folder("screen").resolve("typescript");
            String prewarm =
                    "stty cols 60 rows 20; %s prewarm --mirror http://%s quay.io/%s"
                            .formatted(TarnProcess.launcher(), slow.address(), IMAGE);
            Command.of("script", "-q", "-e", "-c", prewarm, screen.toString()).run();

            List<String> shown =
                    Stream.of(Files.readString(screen).split("[\r\n]+"))
                            .map(line -> line.replace("\u001b[K", ""))
                            .filter(line -> line.startsWith("["))
                            .toList();
            assertThat(shown).hasSizeGreaterThan(5);
            assertThat(shown).allSatisfy(line -> assertThat(line).hasSizeLessThan(60));
            assertThat(shown.getLast()).contains("%").endsWith("greeting:1");
        }
    }

    private static TarnProcess behind(SlowRelay link, Stage stage, Path logs) throws IOException {
        String upstreams =
                """
                default-upstream: quay.io
                upstreams:
                  quay.io: {urls: ["http://%s"], insecure: true}
                """
                        .formatted(link.address());
        return TarnProcess.start(
                stage.folder("slow"),
                Stage.log(logs, "slow"),
                new TarnProcess.Settings("", "", upstreams));
    }
}
