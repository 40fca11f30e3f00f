package dev.tarn.bench.upstream;

import dev.tarn.bench.fixture.Shelf;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// A registry that has what is on a shelf, behind a link. Plain HTTP; a thread for each connection,
/// so that its code is straight-line and a wait is a wait. It counts what it sends.
public final class FakeUpstream implements AutoCloseable {

    private final Shelf shelf;
    private final ServerSocketChannel listener;
    private final Set<SocketChannel> open = ConcurrentHashMap.newKeySet();
    private final Traffic traffic = new Traffic();
    private volatile Link link = Link.LOOPBACK;
    private volatile TokenBucket total =
            new TokenBucket(Double.POSITIVE_INFINITY, System.nanoTime());

    public FakeUpstream(Shelf shelf) throws IOException {
        this.shelf = shelf;
        listener = ServerSocketChannel.open();
        listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 4096);
        Thread.ofPlatform().daemon().name("upstream").start(this::accept);
    }

    public int port() {
        return listener.socket().getLocalPort();
    }

    public Traffic traffic() {
        return traffic;
    }

    /// Connections that are made from now on, and answers that begin from now on, go over `link`.
    public void use(Link link) {
        this.total = new TokenBucket(link.totalRate(), System.nanoTime());
        this.link = link;
    }

    private void accept() {
        while (listener.isOpen()) {
            try {
                SocketChannel socket = listener.accept();
                socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
                open.add(socket);
                Thread.ofPlatform().daemon().name("upstream connection").start(() -> serve(socket));
            } catch (IOException e) {
                if (listener.isOpen()) {
                    throw new IllegalStateException(e);
                }
            }
        }
    }

    private void serve(SocketChannel socket) {
        traffic.connected();
        try (Answering answering = new Answering(socket, shelf, traffic)) {
            answering.await(link.roundTrip()); // connecting is a round trip
            while (answering.next(() -> link, () -> total)) {
                // one answer after another
            }
        } catch (IOException e) {
            // The mirror has left; what it got is counted.
        } finally {
            open.remove(socket);
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (SocketChannel socket : open) {
            socket.close();
        }
    }
}
