package dev.tarn.cli.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/// A real Prometheus reads what Tarn counts, and knows what to do with the alert rules.
final class PrometheusIT {
    private static final Path RULES = Path.of("../conf/prometheus/tarn.rules.yml");
    private static final Path DASHBOARD = Path.of("../conf/grafana/tarn.json");
    private static final Path RULES_TEST = Path.of("../conf/prometheus/tarn.rules.test.yml");

    @Test
    void itSeesAPullAndAnAlertForADamagedFile(TestInfo test) throws IOException {
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

            Path blob = stage.tarn().blobs().getFirst();
            damage(blob);
            pull(stage, "healed");

            awaitAnswer(prometheus, "ALERTS{alertname=\"TarnDamagedBlob\", alertstate=\"firing\"}");
        }
    }

    @Test
    void everyPanelOfTheGrafanaDashboardHasData(TestInfo test) throws IOException {
        try (Stage stage = Stage.open(test)) {
            Prometheus prometheus = stage.prometheus(RULES);
            awaitAnswer(prometheus, "up == 1");
            pull(stage, "first");
            awaitAnswer(prometheus, "sum(docker_image_pulls_total) >= 1");
            pull(stage, "second");
            awaitAnswer(prometheus, "sum(docker_image_pulls_total) >= 2");
            // a rate is known once there are two samples on either side of a change
            awaitAnswer(prometheus, "sum(rate(docker_image_pulls_total[30s])) > 0");

            GrafanaDashboard dashboard = GrafanaDashboard.read(DASHBOARD);
            assertThat(dashboard.queries()).hasSizeGreaterThan(30);
            for (GrafanaDashboard.Query query : dashboard.queries()) {
                await(query.toString())
                        .atMost(Duration.ofSeconds(20))
                        .until(() -> !prometheus.query(query.expression()).isEmpty());
            }
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

    private static void damage(Path file) throws IOException {
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer first = ByteBuffer.allocate(1);
            assertThat(channel.read(first, 0)).isEqualTo(1);
            first.put(0, (byte) (first.get(0) ^ 1)).flip();
            assertThat(channel.write(first, 0)).isEqualTo(1);
        }
    }
}
