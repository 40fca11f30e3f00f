package dev.tarn.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
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
