package dev.tarn.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One request of our own before the first client's. A JVM loads and links what a request needs
/// only when it comes, which takes the first one a hundred times as long as those that follow.
final class WarmUp {

    /// Goes through all of the server and asks nobody: no registry has such a name (RFC 2606 §2).
    private static final String REQUEST =
            """
            GET /v2/warm/manifests/up?ns=nobody.invalid HTTP/1.1\r
            Host: localhost\r
            Connection: close\r
            \r
            """;

    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private static final Logger LOG = LoggerFactory.getLogger(WarmUp.class);

    private WarmUp() {}

    /// Asks a server that speaks plain HTTP. That it cannot be reached from here is no reason not
    /// to serve.
    static void run(InetSocketAddress server) {
        InetAddress address =
                server.getAddress().isAnyLocalAddress()
                        ? InetAddress.getLoopbackAddress()
                        : server.getAddress();
        int millis = (int) PATIENCE.toMillis();
        try (Socket socket = new Socket()) {
            socket.setSoTimeout(millis);
            socket.connect(new InetSocketAddress(address, server.getPort()), millis);
            socket.getOutputStream().write(REQUEST.getBytes(StandardCharsets.US_ASCII));
            socket.getInputStream().transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            LOG.debug("not warmed up", e);
        }
    }
}
