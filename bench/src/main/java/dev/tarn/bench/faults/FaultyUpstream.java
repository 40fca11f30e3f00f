package dev.tarn.bench.faults;

import dev.tarn.bench.fixture.Shelf;
import dev.tarn.bench.machine.Pause;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// A registry that has what is on a shelf, and misbehaves by a script. It can be killed and comes
/// back on the same port. It counts what it was asked for, and notes credentials, which nobody has
/// any reason to send here.
final class FaultyUpstream implements AutoCloseable {

    /// Decides what goes wrong with an answer.
    @FunctionalInterface
    interface Script {
        Fault faultOf(Ask ask);
    }

    /// @param ordinal how many GETs for this path came before
    record Ask(boolean isGet, String path, long start, int ordinal) {}

    private final Shelf shelf;
    private final int port;
    private final Set<SocketChannel> open = ConcurrentHashMap.newKeySet();
    private final Map<String, AtomicInteger> gets = new ConcurrentHashMap<>();
    private final LongAdder requests = new LongAdder();
    private final LongAdder connections = new LongAdder();
    private final LongAdder blobBytes = new LongAdder();
    private final LongAdder credentials = new LongAdder();
    private volatile Script script = _ -> Fault.NONE;
    private volatile @Nullable ServerSocketChannel listener;

    FaultyUpstream(Shelf shelf) throws IOException {
        this.shelf = shelf;
        this.port = listen(0);
    }

    String url() {
        return "http://127.0.0.1:" + port;
    }

    Shelf shelf() {
        return shelf;
    }

    void follow(Script next) {
        script = next;
    }

    /// From now on everything is as it should be.
    void heal() {
        script = _ -> Fault.NONE;
    }

    /// All answers go at this rate, on each connection.
    void limit(double bytesPerSecond) {
        script = _ -> Fault.rate(bytesPerSecond);
    }

    /// Ends as a process that is killed does: nothing listens, and all connections are reset.
    void kill() throws IOException {
        ServerSocketChannel current = listener;
        listener = null;
        if (current != null) {
            current.close();
        }
        for (SocketChannel socket : open) {
            reset(socket);
        }
    }

    void revive() throws IOException {
        listen(port);
    }

    /// GETs of blobs, by path and in all.
    int gets(String path) {
        AtomicInteger count = gets.get(path);
        return count == null ? 0 : count.get();
    }

    long blobGets() {
        return gets.entrySet().stream()
                .filter(entry -> entry.getKey().contains("/blobs/"))
                .mapToLong(entry -> entry.getValue().get())
                .sum();
    }

    long requests() {
        return requests.sum();
    }

    long connections() {
        return connections.sum();
    }

    int openConnections() {
        return open.size();
    }

    long blobBytes() {
        return blobBytes.sum();
    }

    /// How many requests brought credentials or cookies.
    long credentials() {
        return credentials.sum();
    }

    /// Notes a request and tells what goes wrong with it.
    Fault asked(boolean isGet, String path, long start, boolean hasCredentials) {
        requests.increment();
        if (hasCredentials) {
            credentials.increment();
        }
        AtomicInteger count = gets.computeIfAbsent(path, _ -> new AtomicInteger());
        int ordinal = isGet ? count.getAndIncrement() : count.get();
        return script.faultOf(new Ask(isGet, path, start, ordinal));
    }

    void sent(long bytes) {
        blobBytes.add(bytes);
    }

    private int listen(int wanted) throws IOException {
        ServerSocketChannel channel = ServerSocketChannel.open();
        channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
        channel.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), wanted), 4096);
        listener = channel;
        Thread.ofPlatform().daemon().name("faulty upstream").start(() -> accept(channel));
        return channel.socket().getLocalPort();
    }

    private void accept(ServerSocketChannel channel) {
        while (channel.isOpen()) {
            try {
                SocketChannel socket = channel.accept();
                socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
                // What lies in the kernel when a connection is reset is sent for nothing.
                socket.setOption(StandardSocketOptions.SO_SNDBUF, 64 << 10);
                connections.increment();
                open.add(socket);
                Thread.ofVirtual().name("faulty answer").start(() -> serve(socket));
            } catch (IOException e) {
                Pause.millis(1); // closed, or out of descriptors for a moment
            }
        }
    }

    private void serve(SocketChannel socket) {
        try (socket) {
            FaultyAnswer answer = new FaultyAnswer(socket, shelf, this);
            while (listener != null && answer.next()) {
                // one answer after another
            }
        } catch (IOException e) {
            // The mirror has left, or this upstream was killed.
        } finally {
            open.remove(socket);
        }
    }

    static void reset(SocketChannel socket) {
        try {
            socket.setOption(StandardSocketOptions.SO_LINGER, 0);
            socket.close();
        } catch (IOException e) {
            // It is gone already.
        }
    }

    @Override
    public void close() throws IOException {
        kill();
    }
}
