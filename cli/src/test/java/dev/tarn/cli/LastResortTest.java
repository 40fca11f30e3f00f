package dev.tarn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.http.Question;
import dev.tarn.http.Request;
import dev.tarn.http.Response;
import dev.tarn.http.netty.Limits;
import dev.tarn.http.netty.RegistryServer;
import dev.tarn.http.netty.ServerConfig;
import io.netty.util.internal.ThreadExecutorMap;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A process that has lost what it cannot do without ends itself, and says why.
@Timeout(120)
class LastResortTest {

    @TempDir private Path folder = Path.of("");

    /// What breaks in a process of its own.
    enum Broken {
        PLATFORM_THREAD,
        VIRTUAL_THREAD,
        EVENT_LOOP,
        MEMORY
    }

    public static void main(String... arguments) throws Exception {
        LastResort.install();
        switch (Broken.valueOf(arguments[0])) {
            case PLATFORM_THREAD -> Thread.ofPlatform().name("committer").start(() -> fail());
            case VIRTUAL_THREAD -> {
                Thread.ofVirtual().name("request").start(() -> fail()).join();
                Log.close();
                Runtime.getRuntime().halt(0);
            }
            case EVENT_LOOP -> askForTheEndOfALoop();
            case MEMORY -> fillMemory();
        }
        new CountDownLatch(1).await();
    }

    private static void fail() {
        throw new IllegalStateException("on purpose");
    }

    private static void askForTheEndOfALoop() throws IOException {
        RegistryServer server =
                RegistryServer.start(
                        new ServerConfig("127.0.0.1", 0, Optional.empty(), Duration.ZERO),
                        Limits.DEFAULT,
                        LastResortTest::endThisLoop);
        try (Socket socket =
                new Socket(server.address().getAddress(), server.address().getPort())) {
            byte[] request =
                    "GET / HTTP/1.1\r\nHost: m\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
            socket.getOutputStream().write(request);
            var _ = socket.getInputStream().read();
        }
    }

    private static Question endThisLoop(Request request) {
        var _ =
                Objects.requireNonNull(ThreadExecutorMap.currentExecutor())
                        .shutdownGracefully(0, 0, TimeUnit.SECONDS);
        return Question.settled(Response.empty(404));
    }

    private static void fillMemory() {
        List<byte[]> all = new ArrayList<>();
        while (all.size() < 1_000_000) {
            all.add(new byte[1 << 20]);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "PLATFORM_THREAD, 3, the thread committer has died: the process ends",
        "VIRTUAL_THREAD, 0, the thread request has died",
        "EVENT_LOOP, 3, an event loop has died",
        "MEMORY, 3, java.lang.OutOfMemoryError"
    })
    void whatItCannotDoWithoutEndsIt(Broken what, int exitCode, String said) throws Exception {
        Path output = folder.resolve("output");
        Process process =
                new ProcessBuilder(
                                ProcessHandle.current().info().command().orElseThrow(),
                                "--enable-native-access=ALL-UNNAMED",
                                "-Xmx64m",
                                "-XX:+ExitOnOutOfMemoryError",
                                "-cp",
                                System.getProperty("java.class.path"),
                                LastResortTest.class.getName(),
                                what.name())
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }

        assertThat(Files.readString(output)).contains(said);
        assertThat(process.exitValue()).isEqualTo(exitCode);
    }
}
