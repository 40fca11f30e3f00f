package dev.tarn.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// `tarn serve` as a process of its own, with an upstream that is dead.
@Timeout(60)
class ServeTest {

    private static final Pattern READY =
            Pattern.compile(
                    "tarn is ready on (http://\\S+) \\(admin (http://[^)]+)\\), store (\\S+) with 0 blobs of 0.0 MB;"
                            + " Docker: \"registry-mirrors\": \\[\"\\1\"\\]");

    @TempDir private Path folder = Path.of("");

    private Path config(int port, Path store) throws IOException {
        return Files.writeString(
                folder.resolve("tarn.yaml"),
                """
                http: {addr: "127.0.0.1:%d", draintimeout: 2s}
                admin: {addr: "127.0.0.1:0"}
                storage: {rootdirectory: %s}
                upstreams: {docker.io: {urls: ["http://127.0.0.1:1"], insecure: true}}
                """
                        .formatted(port, store));
    }

    private Process serve(Path config) throws IOException {
        return new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        shippedClassPath(),
                        Main.class.getName(),
                        "serve",
                        "-c",
                        config.toString())
                .redirectError(folder.resolve("err").toFile())
                .start();
    }

    /// Without what the tests have of their own, such as a log of theirs.
    private static String shippedClassPath() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(part -> !part.endsWith("test-classes"))
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static int get(String uri) throws IOException, InterruptedException {
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(
                            HttpRequest.newBuilder(URI.create(uri)).build(),
                            BodyHandlers.discarding())
                    .statusCode();
        }
    }

    @Test
    void itSaysOneLineWhenItIsReadyAndEndsWith0OnSigterm() throws Exception {
        Path store = folder.resolve("store");
        Process process = serve(config(0, store));
        try (BufferedReader out = process.inputReader()) {
            Matcher ready = READY.matcher(String.valueOf(out.readLine()));
            assertThat(ready.matches()).as(Files.readString(folder.resolve("err"))).isTrue();
            assertThat(ready.group(3)).isEqualTo(store.toString());
            assertThat(get(ready.group(1) + "/v2/")).isEqualTo(200);
            assertThat(get(ready.group(2) + "/readyz")).isEqualTo(200);
            assertThat(get(ready.group(2) + "/livez")).isEqualTo(200);

            process.toHandle().destroy(); // SIGTERM; the process itself would close its streams

            assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).as(Files.readString(folder.resolve("err"))).isZero();
            assertThat(out.readLine()).isNull();
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void onSighupItReadsItsConfigurationAgain() throws Exception {
        Path config = config(0, folder.resolve("store"));
        Process process = serve(config);
        try (BufferedReader out = process.inputReader()) {
            assertThat(out.readLine()).matches(READY);
            Files.writeString(config, Files.readString(config) + "quay.io: {}\n");
            assertThat(
                            new ProcessBuilder("kill", "-HUP", String.valueOf(process.pid()))
                                    .start()
                                    .waitFor())
                    .isZero();

            await().atMost(Duration.ofSeconds(30))
                    .until(() ->
                            Files.readString(folder.resolve("err"))
                                    .contains("quay.io: unknown key"));
            assertThat(process.isAlive()).isTrue();
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void aPortInUseIsOneLineAndExitCode1() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = taken.getLocalPort();

            assertThat(failToServe(config(port, folder.resolve("store"))))
                    .startsWith("tarn: cannot listen on 127.0.0.1:" + port)
                    .contains("Address already in use")
                    .hasLineCount(1);
        }
    }

    @Test
    void aStoreThatCannotBeMadeIsOneLineAndExitCode1() throws Exception {
        Path file = Files.createFile(folder.resolve("file"));
        Path store = file.resolve("store");

        assertThat(failToServe(config(0, store)))
                .startsWith("tarn: cannot keep a store in " + store + ": ")
                .hasLineCount(1);
    }

    private static String failToServe(Path config) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode =
                Main.commandLine(Map.of())
                        .setOut(new PrintWriter(out, true))
                        .setErr(new PrintWriter(err, true))
                        .execute("serve", "-c", config.toString());
        assertThat(exitCode).as(err.toString()).isEqualTo(1);
        assertThat(out.toString()).isEmpty();
        return err.toString();
    }
}
