package dev.tarn.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.oci.Digest;
import dev.tarn.oci.RegistryException.UpstreamFailed;
import dev.tarn.oci.RegistryHost;
import dev.tarn.oci.Repository;
import dev.tarn.oci.RepositoryName;
import dev.tarn.pull.Outcome;
import dev.tarn.pull.PullListener.Answered;
import dev.tarn.pull.PullListener.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PullLogTest {

    private static final RegistryHost QUAY = new RegistryHost("quay.io");
    private static final Digest DIGEST = Digest.of(Digest.Algorithm.SHA256, new byte[] {1});

    private final List<String> lines = new ArrayList<>();
    private final PullLog log = new PullLog(line -> lines.add(line.get()));

    @Test
    void anAnswerIsOneLine() {
        log.answered(answer("1.0"));

        assertThat(lines)
                .containsExactly(
                        "event=answered kind=manifest repository=quay.io/a/b reference=1.0"
                                + " outcome=hit status=200 bytes=42 complete=true ms=7");
    }

    @Test
    void anAnswerWithoutAReferenceSaysSo() {
        log.answered(answer(""));

        assertThat(lines.getFirst()).contains(" reference=- ");
    }

    @Test
    void aDownloadIsOneLine() {
        log.downloaded(QUAY, DIGEST, 5, Duration.ofMillis(8));

        assertThat(lines)
                .containsExactly(
                        "event=downloaded upstream=quay.io digest=" + DIGEST + " bytes=5 ms=8");
    }

    @Test
    void aDownloadThatFailedSaysHow() {
        log.downloadFailed(QUAY, DIGEST, failure("broke off"));

        assertThat(lines.getFirst())
                .endsWith(" failure=UpstreamFailed text=\"broke off\"")
                .startsWith("event=download-failed upstream=quay.io ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\n",
                "\r",
                "\t",
                "\0",
                "\u001b[31m",
                "\u2028",
                "\u2029",
                "\u0085",
                "\u202e"
            })
    void whatAStrangerWroteCannotBreakTheLine(String evil) {
        log.downloadFailed(QUAY, DIGEST, failure("x" + evil + "event=answered"));
        log.answered(answer("x" + evil + "y"));

        assertThat(lines).allSatisfy(line -> assertThat(line).doesNotContain(evil));
    }

    @Test
    void whatAStrangerWroteCannotAddAKey() {
        log.answered(answer("x status=200"));
        log.downloadFailed(QUAY, DIGEST, failure("x\" status=\"200"));

        assertThat(lines.get(0)).contains("reference=x_status=200 ");
        assertThat(lines.get(1)).endsWith("text=\"x? status=?200\"");
    }

    @Test
    void whatAStrangerWroteIsCutShort() {
        log.downloadFailed(QUAY, DIGEST, failure("x".repeat(100_000)));

        assertThat(lines.getFirst()).hasSizeLessThan(500);
    }

    private static Answered answer(String reference) {
        return new Answered(
                Kind.MANIFEST,
                new Repository(QUAY, new RepositoryName("a/b")),
                reference,
                Outcome.HIT,
                200,
                42,
                true,
                Duration.ofMillis(7));
    }

    private static UpstreamFailed failure(String text) {
        return new UpstreamFailed(UpstreamFailed.Kind.CUT_OFF, text);
    }
}
