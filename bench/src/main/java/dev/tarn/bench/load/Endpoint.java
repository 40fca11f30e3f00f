package dev.tarn.bench.load;

import java.net.InetAddress;
import java.net.InetSocketAddress;

/// A server on loopback, by its port.
public record Endpoint(int port, boolean isTls) {

    InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    public String url(String path) {
        return "%s://127.0.0.1:%d%s".formatted(isTls ? "https" : "http", port, path);
    }
}
