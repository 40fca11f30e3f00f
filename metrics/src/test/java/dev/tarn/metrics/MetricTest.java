package dev.tarn.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// `docs/observability.md` lists the metrics that there are, and Prometheus sees them by these
/// names.
class MetricTest {

    private static final Path DOCUMENT = Path.of("../docs/observability.md");

    @Test
    void theDocumentListsWhatThereIs() throws IOException {
        List<String> rows =
                Files.readAllLines(DOCUMENT).stream()
                        .filter(line ->
                                line.matches("\\| `(tarn|registry_proxy|docker)_[a-z_]+` \\|.*"))
                        .toList();

        assertThat(rows)
                .containsExactlyElementsOf(
                        Arrays.stream(Metric.values()).map(MetricTest::row).toList());
    }

    private static String row(Metric metric) {
        String tags =
                metric.tags().stream()
                        .map(tag -> "`" + tag + "`")
                        .collect(Collectors.joining(", "));
        return "| `%s` | %s | %s | %s |"
                .formatted(
                        metric.text(),
                        metric.type().name().toLowerCase(Locale.ROOT),
                        tags.isEmpty() ? "none" : tags,
                        metric.meaning());
    }

    @ParameterizedTest
    @EnumSource
    void prometheusSeesItByItsName(Metric metric) {
        try (Metrics metrics = new Metrics()) {
            String[] values = metric.tags().stream().map(_ -> "x").toArray(String[]::new);
            switch (metric.type()) {
                case GAUGE -> metrics.watch(metric, () -> 7, values);
                case COUNTER -> {
                    if (values.length == 0) {
                        metrics.watch(metric, () -> 7);
                    } else {
                        metric.counter(metrics.registry(), values).increment(7);
                    }
                }
                case HISTOGRAM -> metric.timer(metrics.registry(), values);
            }

            String type = metric.type().name().toLowerCase(Locale.ROOT);
            assertThat(metrics.page())
                    .contains("# TYPE " + metric.text() + " " + type + "\n")
                    .contains("# HELP " + metric.text() + " " + metric.meaning() + "\n");
        }
    }

    @Test
    void whatIsExpectedIsShownBeforeItHappens() {
        try (Metrics metrics = new Metrics()) {
            metrics.expect(Metric.JOB_IMAGES, "check", "base", "failed");

            String series = "tarn_job_images_total{kind=\"check\",name=\"base\",result=\"failed\"}";
            assertThat(metrics.page()).contains(series + " 0.0\n");
            metrics.count(Metric.JOB_IMAGES, "check", "base", "failed");
            assertThat(metrics.page()).contains(series + " 1.0\n");
        }
    }

    @Test
    void whatIsForgottenIsNotShownUntilItIsWatchedAgain() {
        try (Metrics metrics = new Metrics()) {
            metrics.watch(Metric.JOB_SUCCESS, () -> 1, "check", "a");
            metrics.watch(Metric.JOB_SUCCESS, () -> 2, "check", "b");
            metrics.forget(Metric.JOB_SUCCESS, "check", "a");

            String a = "tarn_job_last_success_seconds{kind=\"check\",name=\"a\"}";
            assertThat(metrics.page())
                    .doesNotContain(a)
                    .contains("tarn_job_last_success_seconds{kind=\"check\",name=\"b\"} 2.0\n");
            metrics.watch(Metric.JOB_SUCCESS, () -> 3, "check", "a");
            assertThat(metrics.page()).contains(a + " 3.0\n");
        }
    }

    @Test
    void theVersionIsALabelOfOne() {
        try (Metrics metrics = new Metrics()) {
            metrics.watch(Metric.BUILD_INFO, () -> 1, "1.2.3");

            assertThat(metrics.page()).contains("\ntarn_build_info{version=\"1.2.3\"} 1\n");
        }
    }

    /// The document names them.
    @ParameterizedTest
    @EnumSource(
            value = Metric.class,
            names = {"IMAGE_PULL_DURATION", "DOWNLOAD_DURATION", "JOB_PULL_DURATION"})
    void whatTakesSecondsIsToldApartBySeconds(Metric metric) {
        assertThat(buckets(metric))
                .containsExactly(
                        "0.1", "0.25", "0.5", "1.0", "2.5", "5.0", "10.0", "20.0", "30.0", "60.0",
                        "120.0", "300.0", "600.0", "+Inf");
    }

    @Test
    void anAnswerIsToldApartFromAQuarterOfAMillisecondOn() {
        assertThat(buckets(Metric.ANSWER_DURATION))
                .startsWith("2.5E-4", "0.001", "0.005")
                .contains("2.5")
                .endsWith("600.0", "+Inf");
    }

    private static List<String> buckets(Metric metric) {
        try (Metrics metrics = new Metrics()) {
            String[] values = metric.tags().stream().map(_ -> "x").toArray(String[]::new);
            metrics.time(metric, Duration.ofSeconds(3), values);
            return Pattern.compile(metric.text() + "_bucket\\{.*le=\"([^\"]+)\"}")
                    .matcher(metrics.page())
                    .results()
                    .map(bucket -> bucket.group(1))
                    .toList();
        }
    }

    @Test
    void eachTagHasAValue() {
        try (Metrics metrics = new Metrics()) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Metric.PROXY_HITS.counter(metrics.registry(), "blob"))
                    .withMessageContaining("registry_proxy_hits_total");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> metrics.watch(Metric.ANSWER_DURATION, () -> 1));
        }
    }

    @Test
    void theJvmIsShownToo() {
        try (Metrics metrics = new Metrics()) {
            assertThat(metrics.page())
                    .contains("jvm_memory_used_bytes{", "jvm_threads_live_threads ")
                    .contains("process_files_open_files ", "process_uptime_seconds ");
        }
    }
}
