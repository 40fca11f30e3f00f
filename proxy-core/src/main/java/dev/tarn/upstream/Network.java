package dev.tarn.upstream;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/// What all upstreams share: event loops, TLS, the name service, the proxy. Closing it ends every
/// connection and every wait on one.
public final class Network implements AutoCloseable {
    private static final int LOOPS = 2;
    private static final int CLOSE_SECONDS_MAX = 1;
    private static final int TLS_DELAY_SECONDS = 2;

    private final boolean isEpoll = Epoll.isAvailable();
    private final EventLoopGroup loops;
    private final ChannelGroup connections =
            new DefaultChannelGroup("upstreams", GlobalEventExecutor.INSTANCE, true);
    private final AtomicBoolean isClosed = new AtomicBoolean();
    private final Supplier<SslProvider> sslProvider;
    private final ConcurrentMap<Optional<Path>, SslContext> tls = new ConcurrentHashMap<>();
    private final Supplier<ByteBufAllocator> allocator;
    private final ProxySettings proxies;
    private final NameResolver resolver;
    private final AddressRule addresses;
    private final Budgets budgets;

    Network(
            ProxySettings proxies,
            NameResolver resolver,
            AddressRule addresses,
            Budgets budgets,
            Supplier<SslProvider> sslProvider,
            Supplier<ByteBufAllocator> allocator) {
        this.proxies = proxies;
        this.resolver = resolver;
        this.addresses = addresses;
        this.budgets = budgets;
        this.sslProvider = sslProvider;
        this.allocator = allocator;
        IoHandlerFactory io = isEpoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        this.loops = new MultiThreadIoEventLoopGroup(LOOPS, io);
        loops.forEach(loop -> loop.terminationFuture().addListener(_ -> dieUnlessClosed()));
    }

    /// Whoever waits for an upstream would wait in vain. Netty only logs that a loop has died; this
    /// tells whoever watches over the process.
    private void dieUnlessClosed() {
        if (!isClosed()) {
            Thread current = Thread.currentThread();
            current.getUncaughtExceptionHandler()
                    .uncaughtException(
                            current, new IllegalStateException("an event loop has died"));
        }
    }

    public static Network open(ProxySettings proxies) {
        return new Network(
                proxies,
                NameResolver.SYSTEM,
                AddressKind::of,
                Budgets.STANDARD,
                Trust::fastestProvider,
                () -> ReceiveBuffers.POOL);
    }

    EventLoopGroup loops() {
        return loops;
    }

    Class<? extends SocketChannel> channelType() {
        return isEpoll ? EpollSocketChannel.class : NioSocketChannel.class;
    }

    ByteBufAllocator allocator() {
        return allocator.get();
    }

    /// Ends this connection when the network is closed.
    void adopt(Channel channel) {
        connections.add(channel);
    }

    /// TLS that believes the system's authorities and those in `ca`. The first call for each `ca`
    /// reads certificates, and the very first loads BoringSSL.
    SslContext tls(Optional<Path> ca) {
        return tls.computeIfAbsent(ca, own -> Trust.tls(sslProvider.get(), own));
    }

    /// Gets TLS ready a little later, on an event loop that has nothing to do yet: it takes longer
    /// than all else at the start, and nobody needs it before the first miss.
    public void prepareTls() {
        var _ = loops.schedule(() -> tls(Optional.empty()), TLS_DELAY_SECONDS, TimeUnit.SECONDS);
    }

    ProxySettings proxies() {
        return proxies;
    }

    NameResolver resolver() {
        return resolver;
    }

    AddressRule addresses() {
        return addresses;
    }

    Budgets budgets() {
        return budgets;
    }

    boolean isClosed() {
        return isClosed.get();
    }

    @Override
    public void close() {
        if (isClosed.compareAndSet(false, true)) {
            connections.close().awaitUninterruptibly(CLOSE_SECONDS_MAX, TimeUnit.SECONDS);
            loops.shutdownGracefully(0, CLOSE_SECONDS_MAX, TimeUnit.SECONDS).awaitUninterruptibly();
        }
    }

    /// Netty's usual allocator does not keep buffers as large as those that a blob is received and
    /// decrypted in: in a small heap each of them is made anew and zeroed. One arena of small
    /// chunks keeps them, and gives back chunks of which nothing is in use, but for one. A class of
    /// its own, so that there is none of it before the first connection.
    private static final class ReceiveBuffers {
        private static final int PAGE_BYTES = 8 << 10;

        /// 2^8 pages are 2 MiB: the least that keeps a blob's buffers.
        private static final int CHUNK_ORDER = 8;

        static final ByteBufAllocator POOL =
                new PooledByteBufAllocator(true, 0, 1, PAGE_BYTES, CHUNK_ORDER, 0, 0, false);
    }
}
