package dev.tarn.cli.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/// A namespace that the configuration does not name is refused at once, and never dialled.
final class UnknownNamespaceIT {
    private static final int WARM_UP = 50;
    private static final int MEASURED = 101;

    @Test
    void itIsNotFoundWithinTenMilliseconds(TestInfo test) throws IOException, InterruptedException {
        try (Stage stage = Stage.open(test)) {
            List<Duration> times = new ArrayList<>();
            for (int request = 0; request < WARM_UP + MEASURED; request++) {
                long start = System.nanoTime();
                assertThat(status(stage, "example.invalid")).isEqualTo(404);
                times.add(Duration.ofNanos(System.nanoTime() - start));
            }

            List<Duration> sorted = times.stream().skip(WARM_UP).sorted().toList();
            assertThat(sorted.get(MEASURED / 2)).as("median").isLessThan(Duration.ofMillis(10));
        }
    }

    @Test
    void itIsNeverDialled(TestInfo test) throws IOException, InterruptedException {
        try (Stage stage = Stage.open(test);
                ServerSocketChannel listener = ServerSocketChannel.open()) {
            listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            listener.configureBlocking(false);

            assertThat(status(stage, "127.0.0.1:" + listener.socket().getLocalPort()))
                    .isEqualTo(404);

            assertThat(listener.accept()).as("connection from Tarn").isNull();
        }
    }

    private static int status(Stage stage, String namespace)
            throws IOException, InterruptedException {
        return Loopback.status(
                "http://%s/v2/%s/manifests/%s?ns=%s"
                        .formatted(
                                stage.tarn().address(), Stage.REPOSITORY, Stage.IMAGE, namespace));
    }
}
