package dev.tarn.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.tarn.oci.Digest;
import dev.tarn.oci.RegistryException.UpstreamFailed;
import dev.tarn.oci.RegistryHost;
import dev.tarn.pull.HeardAnswer;
import dev.tarn.pull.Outcome;
import dev.tarn.pull.PullListener.End;
import dev.tarn.pull.PullListener.Kind;
import io.micrometer.core.instrument.MeterRegistry;
import java.lang.ref.WeakReference;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

class PullMetricsTest {

    private static final RegistryHost QUAY = new RegistryHost("quay.io");
    private static final Digest DIGEST = Digest.of(Digest.Algorithm.SHA256, new byte[] {1});

    private final Metrics metrics = new Metrics();

    @AfterEach
    void close() {
        metrics.close();
    }

    private void answer(Kind kind, Outcome outcome, int status, boolean isComplete) {
        HeardAnswer answer =
                HeardAnswer.of(kind, "1.0")
                        .with(outcome)
                        .with(status)
                        .sent(42)
                        .took(Duration.ofMillis(30), Duration.ZERO, Duration.ZERO);
        answer.tell(metrics.listener(), isComplete ? End.WHOLE : End.LEFT);
    }

    private double proxy(String what, String type) {
        return value(
                "registry_proxy_" + what + "_total{type=\"%s\",upstream_host=\"quay.io\"}", type);
    }

    /// What the page says; zero where it says nothing.
    private double value(String series, Object... arguments) {
        String start = series.formatted(arguments) + " ";
        return metrics.page()
                .lines()
                .filter(line -> line.startsWith(start))
                .mapToDouble(line -> Double.parseDouble(line.substring(start.length())))
                .sum();
    }

    @ParameterizedTest
    @CsvSource({
        "HIT, 1, 0, 42, 42",
        "JOIN, 1, 0, 42, 42",
        "REVALIDATED, 1, 0, 42, 42",
        "STALE, 1, 0, 42, 42",
        "MISS, 0, 1, 42, 0",
        "FAILED, 0, 0, 0, 0"
    })
    void eachOutcomeIsAHitOrAMissOrNeither(
            Outcome outcome, double hits, double misses, double pushed, double saved) {
        answer(Kind.BLOB, outcome, outcome == Outcome.FAILED ? 502 : 200, true);

        assertThat(proxy("requests", "blob")).isEqualTo(1);
        assertThat(proxy("hits", "blob")).isEqualTo(hits);
        assertThat(proxy("misses", "blob")).isEqualTo(misses);
        assertThat(proxy("pushed_bytes", "blob")).isEqualTo(pushed);
        assertThat(value("tarn_saved_bytes_total{type=\"blob\",upstream_host=\"quay.io\"}"))
                .isEqualTo(saved);
        assertThat(proxy("requests", "manifest")).isZero();
    }

    @Test
    void answersAreTimedByWhatCameOfThem() {
        answer(Kind.MANIFEST, Outcome.HIT, 200, true);
        answer(Kind.MANIFEST, Outcome.HIT, 304, true);
        answer(Kind.MANIFEST, Outcome.FAILED, 404, true);

        String series =
                "tarn_answer_duration_seconds_%s{kind=\"manifest\",outcome=\"%s\",status=\"%s\","
                        + "upstream_host=\"quay.io\"%s}";
        assertThat(value(series, "count", "hit", "2xx", "")).isEqualTo(1);
        assertThat(value(series, "count", "hit", "3xx", "")).isEqualTo(1);
        assertThat(value(series, "count", "failed", "4xx", "")).isEqualTo(1);
        assertThat(value(series, "sum", "hit", "2xx", "")).isEqualTo(0.03);
        assertThat(value(series, "bucket", "hit", "2xx", ",le=\"0.025\"")).isZero();
        assertThat(value(series, "bucket", "hit", "2xx", ",le=\"0.1\"")).isEqualTo(1);
    }

    @Test
    void answersThatBreakOffAreCounted() {
        answer(Kind.BLOB, Outcome.MISS, 200, false);
        answer(Kind.BLOB, Outcome.MISS, 200, true);

        assertThat(value("tarn_cut_answers_total{kind=\"blob\",upstream_host=\"quay.io\"}"))
                .isEqualTo(1);
    }

    @Test
    void listingsAreTimedButAreNoHitsAndMisses() {
        answer(Kind.TAGS, Outcome.MISS, 200, true);

        assertThat(metrics.page())
                .contains("kind=\"tags\"")
                .doesNotContain("registry_proxy_requests_total{type=\"tags\"");
    }

    @Test
    void nothingIsRegisteredTwice() {
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        Logger logger = (Logger) LoggerFactory.getLogger(MeterRegistry.class);
        log.start();
        logger.addAppender(log);
        for (Outcome outcome : Outcome.values()) {
            HeardAnswer.blob(DIGEST).with(outcome).tell(metrics.listener());
            HeardAnswer.manifest("v1", DIGEST).with(outcome).tell(metrics.listener());
        }
        logger.detachAppender(log);

        assertThat(log.list).isEmpty();
    }

    @Test
    void whatIsWatchedIsStillAskedAfterACollection() {
        long[] count = {1};
        metrics.watch(Metric.DAMAGED_BLOBS, () -> count[0]);
        assertThat(value("tarn_damaged_blobs_total")).isEqualTo(1);
        count[0] = 2;
        WeakReference<Object> gone = new WeakReference<>(new Object());
        await().until(() -> {
            System.gc();
            return gone.get() == null;
        });

        assertThat(value("tarn_damaged_blobs_total")).isEqualTo(2);
    }

    @Test
    void downloadsAreTimedAndFailuresSayWhy() {
        metrics.listener().downloaded(QUAY, DIGEST, 5, Duration.ofSeconds(2));
        metrics.listener()
                .downloadFailed(
                        QUAY, DIGEST, new UpstreamFailed(UpstreamFailed.Kind.CUT_OFF, "gone"));

        metrics.listener()
                .retried(QUAY, new UpstreamFailed(UpstreamFailed.Kind.SILENT, "nothing came"));

        assertThat(
                        value(
                                "tarn_retried_parts_total{reason=\"silent\","
                                        + "upstream_host=\"quay.io\"}"))
                .isEqualTo(1);
        assertThat(value("tarn_download_duration_seconds_sum{upstream_host=\"quay.io\"}"))
                .isEqualTo(2);
        assertThat(
                        value(
                                "tarn_failed_downloads_total{reason=\"cut_off\","
                                        + "upstream_host=\"quay.io\"}"))
                .isEqualTo(1);
    }
}
