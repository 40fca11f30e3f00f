package dev.tarn.cli.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/// A real Prometheus reads what Tarn counts, and knows what to do with the alert rules.
final class PrometheusIT {
    private static final Path RULES = Path.of("../conf/prometheus/tarn.rules.yml");
    private static final Path RULES_TEST = Path.of("../conf/prometheus/tarn.rules.test.yml");

    @Test
    void itSeesPullsAndNothingToWarnOf(TestInfo test) throws IOException {
        try (Stage stage = Stage.open(test)) {
            Prometheus prometheus = stage.prometheus(RULES);
            pull(stage, "cold");
            awaitAnswer(prometheus, "sum(registry_proxy_misses_total) > 0");
            pull(stage, "warm");
            awaitAnswer(prometheus, "sum(registry_proxy_hits_total) >= 3");
            awaitAnswer(prometheus, "sum(tarn_saved_bytes_total) > 0");
            awaitAnswer(prometheus, "up{job=\"tarn\"} == 1");
            awaitAnswer(prometheus, "jvm_memory_used_bytes > 0");
            assertThat(prometheus.query("ALERTS")).isEmpty();
        }
    }

    @Test
    void theRulesAreSoundAndFireWhenTheyShould() throws IOException {
        assertThat(promtool("check", RULES)).contains("SUCCESS");
        assertThat(promtool("test", RULES_TEST)).contains("SUCCESS");
    }

    private static String promtool(String what, Path file) throws IOException {
        return Command.of("promtool", what, "rules", file.toString()).run();
    }

    private static void pull(Stage stage, String when) throws IOException {
        Command.of("skopeo", "--insecure-policy", "copy", "--src-tls-verify=false")
                .and(
                        "docker://%s/%s:%s"
                                .formatted(stage.tarn().address(), Stage.REPOSITORY, Stage.IMAGE),
                        "dir:" + stage.folder(when))
                .run();
    }

    private static void awaitAnswer(Prometheus prometheus, String expression) {
        await(expression)
                .atMost(Duration.ofSeconds(30))
                .until(() -> !prometheus.query(expression).isEmpty());
    }
}
