package dev.tarn.cli;

import static dev.tarn.upstream.FakeRequest.path;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tarn.config.ConfigReader;
import dev.tarn.upstream.FakeImage;
import dev.tarn.upstream.FakeRegistry;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A mirror pulls of itself what its configuration says.
@Timeout(60)
class JobsTest {

    private final FakeRegistry registry = FakeRegistry.start();
    private final FakeImage image = registry.addImage("team/app", "v1", 1, 50_000);
    @TempDir private Path folder = Path.of("");

    @AfterEach
    void stop() {
        registry.close();
    }

    private Mirror start(String http, String jobs) throws Exception {
        write(http, jobs);
        return Mirror.start(ConfigReader.read(Optional.of(file()), Map.of()), Map.of());
    }

    private Path file() {
        return folder.resolve("tarn.yaml");
    }

    private void write(String http, String jobs) throws Exception {
        Files.writeString(
                file(),
                """
                http: {addr: "127.0.0.1:0"%s}
                admin: {addr: "127.0.0.1:0"}
                storage: {rootdirectory: %s}
                default-upstream: up.test
                upstreams: {up.test: {urls: ["%s"], insecure: true}}
                %s
                """
                        .formatted(http, folder.resolve("store"), registry.uri(), jobs));
    }

    private static String images(String kind, String name, String result) {
        return "tarn_job_images_total{kind=\"%s\",name=\"%s\",result=\"%s\"} 1.0"
                .formatted(kind, name, result);
    }

    private static void awaitMetrics(Mirror mirror, String... lines) {
        await().untilAsserted(() ->
                assertThat(new PullClient(mirror.adminUrl()).get("/metrics").text())
                        .contains(lines));
    }

    @Test
    void checksTellOneThingFromAnother() throws Exception {
        String checks =
                """
                checks:
                  app: {images: ["up.test/team/app:v1"], interval: 10s}
                  gone: {images: ["up.test/team/app:v2"], interval: 10s}
                  named: {images: ["up.test/team/app:v1"], interval: 10s, tag-pattern: "v2"}
                  slow: {images: ["up.test/team/app:v1"], interval: 10s, max: 1ms}
                """;
        try (Mirror mirror = start("", checks)) {
            awaitMetrics(
                    mirror,
                    images("check", "app", "ok"),
                    images("check", "gone", "missing"),
                    images("check", "named", "mismatch"),
                    images("check", "slow", "slow"),
                    "tarn_job_last_success_seconds{kind=\"check\",name=\"gone\"} NaN",
                    "tarn_job_pull_duration_seconds_count{kind=\"check\",name=\"app\"} 1");
            assertThat(new PullClient(mirror.adminUrl()).get("/metrics").text())
                    .containsPattern(
                            "tarn_job_last_success_seconds\\{kind=\"check\",name=\"app\"} \\d");
        }
    }

    @Test
    void whatIsPrewarmedIsHereBeforeAnybodyAsksAlsoWithTls() throws Exception {
        X509Bundle pem =
                new CertificateBuilder()
                        .subject("CN=mirror.test")
                        .addSanDnsName("mirror.test")
                        .setIsCertificateAuthority(true)
                        .buildSelfSigned();
        String tls =
                ", tls: {certificate: \"%s\", key: \"%s\"}"
                        .formatted(pem.toTempCertChainPem(), pem.toTempPrivateKeyPem());
        String prewarm = "prewarm: {app: {images: [\"up.test/team/app:v1\"], interval: 10s}}";
        try (Mirror mirror = start(tls, prewarm)) {
            awaitMetrics(mirror, images("prewarm", "app", "ok"));
            assertThat(registry.bytesSent(image.layers().getFirst().digest())).isEqualTo(50_000);
        }
    }

    @Test
    void whatHasNotHappenedYetIsCountedAsNone() throws Exception {
        String checks = "checks: {base: {images: [\"up.test/team/app:v1\"], interval: 30d}}";
        try (Mirror mirror = start("", checks)) {
            assertThat(new PullClient(mirror.adminUrl()).get("/metrics").text())
                    .contains(
                            none("base", "ok"),
                            none("base", "slow"),
                            none("base", "mismatch"),
                            none("base", "missing"),
                            none("base", "failed"));
        }
    }

    private static String none(String name, String result) {
        return images("check", name, result).replace("} 1.0", "} 0.0\n");
    }

    @Test
    void aJobThatIsNoMoreIsNotShownAnyMore() throws Exception {
        String checks = "checks: {base: {images: [\"up.test/team/app:v1\"], interval: 10s}}";
        try (Mirror mirror = start("", checks)) {
            awaitMetrics(mirror, images("check", "base", "ok"));
            write("", checks.replace("base", "other"));
            mirror.reload(() -> ConfigReader.read(Optional.of(file()), Map.of()));

            assertThat(new PullClient(mirror.adminUrl()).get("/metrics").text())
                    .contains(
                            "tarn_job_last_success_seconds{kind=\"check\",name=\"other\"} NaN",
                            none("other", "failed"))
                    .doesNotContain("name=\"base\"");
        }
    }

    @Test
    void jobsChangeWithTheConfiguration() throws Exception {
        registry.addImage("team/other", "v1", 2, 1_000);
        try (Mirror mirror = start("", "")) {
            write("", "prewarm: {b: {images: [\"up.test/team/other:v1\"], interval: 10s}}");
            mirror.reload(() -> ConfigReader.read(Optional.of(file()), Map.of()));

            awaitMetrics(mirror, images("prewarm", "b", "ok"));
            assertThat(registry.requests(path("/team/app/"))).isEmpty();
        }
    }
}
