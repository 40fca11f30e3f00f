package dev.tarn.bench.machine;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/// Ports of the loopback interface.
public final class Port {

    private static final int FIRST = 20_000;
    private static final int END = 32_000;
    private static final int TRIES_MAX = 100;

    private Port() {}

    /// A port to start a server on, and to start it on again. It lies below the range that the
    /// kernel hands to outgoing connections, so that none of them takes it in between.
    public static int free() throws IOException {
        IOException taken = new IOException("no free port");
        for (int tries = 0; tries < TRIES_MAX; tries++) {
            int port = ThreadLocalRandom.current().nextInt(FIRST, END);
            try (ServerSocket socket = new ServerSocket()) {
                socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                return port;
            } catch (IOException inUse) {
                taken = inUse;
            }
        }
        throw taken;
    }
}
