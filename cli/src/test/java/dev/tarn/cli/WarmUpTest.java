package dev.tarn.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class WarmUpTest {

    @Test
    void asksForARegistryThatNobodyCanHave() throws Exception {
        CompletableFuture<String> asked = new CompletableFuture<>();
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            asked.completeAsync(() -> firstLine(server));
            WarmUp.run(new InetSocketAddress("0.0.0.0", server.getLocalPort()));
        }
        assertThat(asked.get(5, TimeUnit.SECONDS))
                .startsWith("GET /v2/")
                .contains("?ns=nobody.invalid ");
    }

    @Test
    void isNoReasonNotToServe() throws Exception {
        InetSocketAddress nobody;
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = (InetSocketAddress) server.getLocalSocketAddress();
        }
        assertThatCode(() -> WarmUp.run(nobody)).doesNotThrowAnyException();
    }

    private static String firstLine(ServerSocket server) {
        try (Socket client = server.accept();
                BufferedReader lines =
                        new BufferedReader(
                                new InputStreamReader(
                                        client.getInputStream(), StandardCharsets.US_ASCII))) {
            return String.valueOf(lines.readLine());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
