package dev.tarn.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.tarn.oci.Digest;
import dev.tarn.oci.RegistryException.UpstreamFailed;
import dev.tarn.oci.RegistryHost;
import dev.tarn.pull.HeardAnswer;
import dev.tarn.pull.PullListener.Client;
import dev.tarn.pull.PullListener.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class PullLogTest {

    private static final RegistryHost QUAY = new RegistryHost("quay.io");
    private static final Digest DIGEST = Digest.of(Digest.Algorithm.SHA256, new byte[] {1});

    private final LoggerContext context = new LoggerContext();
    private final ListAppender<ILoggingEvent> events = new ListAppender<>();
    private final Logger logger = context.getLogger("pulls");
    private final PullLog log = new PullLog(LogStyle.TEXT, logger);

    PullLogTest() {
        logger.addAppender(events);
        events.start();
    }

    @AfterEach
    void stop() {
        context.stop();
    }

    private List<String> lines() {
        return events.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    private static HeardAnswer answer(String reference) {
        return HeardAnswer.manifest(reference, DIGEST).sent(42);
    }

    @Test
    void anAnswerIsOneLine() {
        log.answered(answer("1.0").answered());

        assertThat(lines())
                .containsExactly(
                        "event=answered request=r-1 client=192.0.2.7 agent=docker/27"
                                + " kind=manifest method=GET upstream=quay.io repository=a/b"
                                + " reference=1.0 digest="
                                + DIGEST
                                + " outcome=hit status=200 bytes=42 end=whole first_byte_ms=1.000"
                                + " ms=7.000");
    }

    @Test
    void anAnswerWithoutAReferenceSaysSo() {
        log.answered(HeardAnswer.of(Kind.TAGS, "").answered());

        assertThat(lines().getFirst()).contains(" reference=- ");
    }

    @Test
    void aDownloadIsOneLine() {
        log.downloaded(QUAY, DIGEST, 5, Duration.ofMillis(8));

        assertThat(lines())
                .containsExactly(
                        "event=downloaded upstream=quay.io digest=" + DIGEST + " bytes=5 ms=8.000");
    }

    @Test
    void whatFailedSaysHow() {
        log.downloadFailed(QUAY, DIGEST, failure("broke off"));
        log.answered(answer("1.0").failed(502, failure("broke off")).answered());

        assertThat(lines())
                .allSatisfy(
                        line -> assertThat(line).endsWith(" reason=cut_off text=\"broke off\""));
    }

    @ParameterizedTest
    @EnumSource
    void whatIsNotWantedIsNotWritten(LogStyle style) {
        logger.setLevel(Level.WARN);
        new PullLog(style, logger).answered(answer("1.0").answered());

        assertThat(events.list).isEmpty();
    }

    @Test
    void inJsonEachFieldIsAPairOfItsOwn() {
        new PullLog(LogStyle.JSON, logger).answered(answer("1.0").answered());

        assertThat(events.list.getFirst().getKeyValuePairs())
                .extracting(pair -> pair.key + "=" + pair.value)
                .contains("event=answered", "status=200", "bytes=42", "client=192.0.2.7");
    }

    @Test
    void forLogstashTheyHaveTheNamesOfTheElasticCommonSchema() {
        new PullLog(LogStyle.LOGSTASH, logger).answered(answer("1.0").answered());

        assertThat(events.list.getFirst().getKeyValuePairs())
                .extracting(pair -> pair.key + "=" + pair.value)
                .contains(
                        "event.action=answered",
                        "http.response.status_code=200",
                        "user_agent.original=docker/27");
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
        log.answered(answer("x" + evil + "y").answered());
        log.answered(answer("1").to(new Client("::1", "x" + evil + "y")).answered());

        assertThat(lines()).hasSize(3).allSatisfy(line -> assertThat(line).doesNotContain(evil));
    }

    @Test
    void whatAStrangerWroteCannotAddAKey() {
        log.answered(answer("x status=200").answered());
        log.downloadFailed(QUAY, DIGEST, failure("x\" status=\"200"));
        log.answered(answer("1").to(new Client("::1", "x\" status=\"200")).answered());

        assertThat(lines().get(0)).contains("reference=x_status=200 ");
        assertThat(lines().get(1)).endsWith("text=\"x? status=?200\"");
        assertThat(lines().get(2)).contains("agent=x?_status=?200 ");
    }

    @Test
    void whatAStrangerWroteIsCutShort() {
        log.downloadFailed(QUAY, DIGEST, failure("x".repeat(100_000)));

        assertThat(lines().getFirst()).hasSizeLessThan(500);
    }

    @Test
    void theDocumentListsEachField() throws IOException {
        List<String> rows =
                Files.readAllLines(Path.of("../docs/observability.md")).stream()
                        .filter(line ->
                                line.matches("\\| `[a-z_]+` \\| `[a-z_.]+\\.[a-z_.]+` \\|.*"))
                        .toList();

        assertThat(rows)
                .containsExactlyElementsOf(
                        Arrays.stream(LogField.values())
                                .map(it ->
                                        "| `%s` | `%s` | %s |"
                                                .formatted(it.text(), it.ecs(), it.meaning()))
                                .toList());
    }

    private static UpstreamFailed failure(String text) {
        return new UpstreamFailed(UpstreamFailed.Kind.CUT_OFF, text);
    }
}
