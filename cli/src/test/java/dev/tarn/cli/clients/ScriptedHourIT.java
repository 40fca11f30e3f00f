package dev.tarn.cli.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tarn.upstream.FakeImage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/// Each alert fires for what it warns of, and the dashboard has something to show. A day of the
/// rules goes by in two minutes: they look back over some seconds instead of minutes, wait for one
/// second, and a pull is slow after two.
final class ScriptedHourIT {
    private static final Path RULES = Path.of("../conf/prometheus/tarn.rules.yml");
    private static final Path DASHBOARD = Path.of("../conf/grafana/tarn.json");
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final Set<String> fired = new TreeSet<>();

    @Test
    void eachFiresForItsCauseAndEveryPanelHasData(TestInfo test) throws IOException {
        try (Troubles troubles = Troubles.open(test)) {
            Path hurried = troubles.folder().resolve("rules.yml");
            String rules = Files.readString(RULES);
            Files.writeString(hurried, hurried(rules));
            Prometheus prometheus = troubles.prometheus(hurried);
            awaitAlert(prometheus, "TarnCertificateEnds");
            awaitAlert(prometheus, "TarnJobFailed");
            awaitAlert(prometheus, "TarnJobOverdue");

            troubles.crowd();
            awaitAlert(prometheus, "TarnTurnsClientsAway");

            FakeImage image = troubles.good().addImage("app", "v1", 1, 100_000);
            for (int i = 0; i < 3_000; i++) {
                troubles.pull("good.test", "app", "v1", image);
            }
            Path stored = troubles.tarn().blobs().getFirst();
            byte[] wrong = Files.readAllBytes(stored);
            wrong[0] ^= 1;
            Files.write(stored, wrong);
            troubles.pull("good.test", "app", "v1", image);
            awaitAlert(prometheus, "TarnDamagedBlob");

            troubles.begin();
            awaitAlert(prometheus, "TarnHitRateCollapsed");
            awaitAlert(prometheus, "TarnUpstreamInTrouble");
            awaitAlert(prometheus, "TarnUpstreamDown");
            awaitAlert(prometheus, "TarnRateLimited");
            awaitAlert(prometheus, "TarnRateLimitNearlyUsed");
            awaitAlert(prometheus, "TarnSlowManifests");
            awaitAlert(prometheus, "TarnSlowPulls");
            awaitAlert(prometheus, "TarnStoreNearlyFull");
            awaitAlert(prometheus, "HighImagePullFailureRate");
            List<GrafanaDashboard.Query> queries = GrafanaDashboard.read(DASHBOARD).queries();
            assertThat(queries).hasSizeGreaterThan(30);
            for (GrafanaDashboard.Query query : queries) {
                await(query.toString())
                        .atMost(PATIENCE)
                        .until(() -> !prometheus.query(query.expression()).isEmpty());
            }

            fill(troubles.disk());
            awaitAlert(prometheus, "TarnStoreInTrouble");

            troubles.other().misconfigure();
            awaitAlert(prometheus, "TarnConfigWrong");

            troubles.other().stop();
            awaitAlert(prometheus, "TarnDown");

            assertThat(fired).isEqualTo(alerts(rules));
        }
    }

    private static String hurried(String rules) {
        return rules.replaceAll("\\[1d\\]", "[120s]")
                .replaceAll("\\[[0-9]+[mh]\\]", "[15s]")
                .replaceAll("for: [0-9]+m", "for: 1s")
                .replace(" > 120", " > 2")
                .replace(" > 25 * 3600", " > 2");
    }

    private static Set<String> alerts(String rules) {
        Set<String> names = new TreeSet<>();
        Pattern.compile("alert: (\\w+)")
                .matcher(rules)
                .results()
                .forEach(found -> names.add(found.group(1)));
        return names;
    }

    private void awaitAlert(Prometheus prometheus, String name) {
        String expression = "ALERTS{alertname=\"%s\", alertstate=\"firing\"}".formatted(name);
        await(name).atMost(PATIENCE).until(() -> !prometheus.query(expression).isEmpty());
        fired.add(name);
    }

    /// Until nothing more fits.
    private static void fill(Path disk) {
        byte[] piece = new byte[64 << 10];
        try (OutputStream out = Files.newOutputStream(disk.resolve("filler"))) {
            while (true) {
                out.write(piece);
            }
        } catch (IOException e) {
            assertThat(e).hasMessageContaining("No space left");
        }
    }
}
