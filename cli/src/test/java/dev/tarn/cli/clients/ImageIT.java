package dev.tarn.cli.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/// The image is built and runs as a stranger would run it: as nobody, with nothing to write to but
/// its store, and as the mirror of the very Docker daemon that runs it.
final class ImageIT {
    private static final String PULLED = "tarn-greeting:" + Stage.IMAGE;
    private static final long SIZE_MAX = 130_000_000;
    private static final Duration START_MAX = Duration.ofSeconds(1);
    private static final int STARTS = 5;

    private final int port = Loopback.freePort();
    private final int adminPort = Loopback.freePort();

    @Test
    void itMirrorsForTheDaemonThatRunsIt(TestInfo test) throws Exception {
        try (Stage stage = Stage.open(test)) {
            Dockerd dockerd = stage.dockerd("127.0.0.1:" + port);
            TarnImage.build(dockerd);
            long size =
                    Long.parseLong(
                            dockerd.docker(
                                    "image", "inspect", "--format={{.Size}}", TarnImage.NAME));
            System.out.printf("The image has %,d bytes%n", size);
            assertThat(size).isLessThanOrEqualTo(SIZE_MAX);
            assertTheCacheFits(dockerd);

            run(dockerd, stage);
            awaitReady();
            assertItMayDoNothing(dockerd);

            dockerd.pull(PULLED);
            assertThat(dockerd.run(PULLED)).isEqualTo("docker.io");
            assertThat(stage.hub().registry().blobFetches())
                    .hasSameElementsAs(stage.hub().images().blobs(Stage.IMAGE));
            dockerd.remove(PULLED);
            dockerd.pull(PULLED);
            assertThat(Loopback.text("http://127.0.0.1:" + adminPort + "/metrics"))
                    .containsPattern("(?m)^registry_proxy_hits_total\\{.*type=\"blob\".*} [1-9]")
                    .containsPattern(
                            "(?m)^registry_proxy_pulled_bytes_total\\{.*type=\"blob\".*} [1-9]");

            assertItStops(dockerd);
            assertItStartsFast(dockerd);
        }
    }

    /// With this mode a JVM that cannot use the cache does not start.
    private static void assertTheCacheFits(Dockerd dockerd) throws IOException {
        assertThat(
                        dockerd.docker(
                                "run",
                                "--rm",
                                "--network=none",
                                "--env=_JAVA_OPTIONS=-XX:AOTMode=on",
                                TarnImage.NAME,
                                "--version"))
                .startsWith("tarn ");
    }

    private void run(Dockerd dockerd, Stage stage) throws IOException {
        Path config =
                Files.writeString(
                        stage.folder("image").resolve("tarn.yaml"),
                        """
                        upstreams:
                          docker.io: {urls: ["http://%s"], insecure: true}
                        """
                                .formatted(stage.hub().registry().address()));
        dockerd.docker(
                "run",
                "--detach",
                "--name=tarn",
                "--read-only",
                "--cap-drop=ALL",
                "--security-opt=no-new-privileges",
                "--network=host",
                "--volume=tarn:/var/lib/tarn",
                "--volume=" + config + ":/etc/tarn/tarn.yaml:ro",
                "--env=TARN_HTTP_ADDR=127.0.0.1:" + port,
                "--env=TARN_ADMIN_ADDR=127.0.0.1:" + adminPort,
                TarnImage.NAME);
    }

    /// The daemon has only the numeric user's name for it, and the kernel no capability of it.
    private static void assertItMayDoNothing(Dockerd dockerd) throws IOException {
        assertThat(inspect(dockerd, "{{.Config.User}}")).matches("[1-9][0-9]*:[1-9][0-9]*");
        String status =
                Files.readString(Path.of("/proc", inspect(dockerd, "{{.State.Pid}}"), "status"));
        assertThat(status)
                .containsPattern("(?m)^Uid:\\s+65532\\s")
                .containsPattern("(?m)^CapEff:\\s+0+$")
                .containsPattern("(?m)^CapBnd:\\s+0+$")
                .containsPattern("(?m)^NoNewPrivs:\\s+1$");
    }

    private static void assertItStops(Dockerd dockerd) throws IOException {
        Instant asked = Instant.now();
        dockerd.docker("stop", "--time=40", "tarn");
        assertThat(Duration.between(asked, Instant.now())).isLessThan(Duration.ofSeconds(30));
        assertThat(inspect(dockerd, "{{.State.ExitCode}}")).isEqualTo("0");
    }

    /// The fastest of some starts: whatever else the machine does can only make one slower.
    private void assertItStartsFast(Dockerd dockerd) throws IOException {
        List<Duration> starts = new ArrayList<>();
        for (int i = 0; i < STARTS; i++) {
            dockerd.docker("start", "tarn");
            Instant ready = awaitReady();
            Instant started = Instant.parse(inspect(dockerd, "{{.State.StartedAt}}"));
            starts.add(Duration.between(started, ready));
            assertItStops(dockerd);
        }
        System.out.println("The image was ready after " + starts);
        assertThat(Collections.min(starts)).isLessThanOrEqualTo(START_MAX);
    }

    private Instant awaitReady() {
        await("the first answer")
                .atMost(Duration.ofSeconds(60))
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(5))
                .ignoreExceptionsInstanceOf(IOException.class)
                .until(() -> Loopback.status("http://127.0.0.1:" + port + "/v2/") == 200);
        return Instant.now();
    }

    private static String inspect(Dockerd dockerd, String format) throws IOException {
        return dockerd.docker("inspect", "--format=" + format, "tarn");
    }
}
