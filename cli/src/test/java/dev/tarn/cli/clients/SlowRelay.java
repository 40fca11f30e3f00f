package dev.tarn.cli.clients;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// A link between a client and a server over which only so many bytes per second come back, over
/// all connections together.
final class SlowRelay implements Closeable {
    private static final int PIECE = 16 << 10;

    private final String target;
    private final long bytesPerSecond;
    private final ServerSocket listener;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private long freeAt = System.nanoTime();

    private SlowRelay(String target, long bytesPerSecond) throws IOException {
        this.target = target;
        this.bytesPerSecond = bytesPerSecond;
        this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    static SlowRelay to(String target, long bytesPerSecond) throws IOException {
        return new SlowRelay(target, bytesPerSecond);
    }

    String address() {
        return "127.0.0.1:" + listener.getLocalPort();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listener.accept();
                // what the link holds must not look as if the client had it
                client.setSendBufferSize(PIECE);
                Socket server = new Socket();
                server.setReceiveBufferSize(2 * PIECE);
                String[] parts = target.split(":", 2);
                server.connect(new InetSocketAddress(parts[0], Integer.parseInt(parts[1])));
                sockets.add(client);
                sockets.add(server);
                Thread.ofVirtual().start(() -> copy(client, server, false));
                Thread.ofVirtual().start(() -> copy(server, client, true));
            }
        } catch (IOException e) {
            // closed
        }
    }

    private void copy(Socket from, Socket to, boolean isSlow) {
        byte[] piece = new byte[PIECE];
        try (from;
                to;
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream()) {
            for (int count = in.read(piece); count >= 0; count = in.read(piece)) {
                if (isSlow) {
                    awaitTurn(count);
                }
                out.write(piece, 0, count);
            }
        } catch (IOException e) {
            // one side is gone, so the other one goes
        } finally {
            sockets.remove(from);
            sockets.remove(to);
        }
    }

    private void awaitTurn(int bytes) {
        long until;
        synchronized (this) {
            freeAt =
                    Math.max(freeAt, System.nanoTime())
                            + TimeUnit.SECONDS.toNanos(bytes) / bytesPerSecond;
            until = freeAt;
        }
        for (long left = until - System.nanoTime(); left > 0; left = until - System.nanoTime()) {
            LockSupport.parkNanos(this, left);
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
