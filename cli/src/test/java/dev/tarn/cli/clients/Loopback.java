package dev.tarn.cli.clients;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/// The only network that the tests use.
final class Loopback {
    /// Sends everything but loopback to a port where nobody listens, so that no client can reach
    /// the real registry when Tarn fails it.
    static final Map<String, String> ONLY =
            Map.of(
                    "HTTP_PROXY", "http://127.0.0.1:9",
                    "HTTPS_PROXY", "http://127.0.0.1:9",
                    "NO_PROXY", "127.0.0.1");

    private static final int TRIES_MAX = 100;
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private Loopback() {}

    /// A port to start a server on, and to start it on again. It lies below the range that the
    /// kernel hands to outgoing connections, so that none of them takes it in between.
    static int freePort() {
        for (int tries = 0; tries < TRIES_MAX; tries++) {
            int port = ThreadLocalRandom.current().nextInt(20_000, 32_000);
            if (isFree(port)) {
                return port;
            }
        }
        throw new IllegalStateException("No free port in " + TRIES_MAX + " tries");
    }

    /// The status that a GET of `uri` is answered with.
    static int status(String uri) throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(uri)).timeout(Duration.ofSeconds(10)).build();
        return HTTP.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
    }

    /// What a GET of `uri` is answered with, which must be a success.
    static String text(String uri) throws IOException {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(uri)).timeout(Duration.ofSeconds(10)).build();
        try {
            HttpResponse<String> answer = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                throw new AssertionError(uri + ": " + answer.statusCode() + " " + answer.body());
            }
            return answer.body();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException(interrupted.getMessage());
        }
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException taken) {
            return false;
        }
    }
}
