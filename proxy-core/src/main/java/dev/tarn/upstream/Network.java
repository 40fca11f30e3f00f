package dev.tarn.upstream;

import io.netty.buffer.ByteBufAllocator;
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
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/// What all upstreams share: event loops, TLS, the name service, the proxy. Closing it ends every
/// connection and every wait on one.
public final class Network implements AutoCloseable {
    private static final int LOOPS = 2;
    private static final int CLOSE_SECONDS_MAX = 1;

    private final boolean isEpoll = Epoll.isAvailable();
    private final EventLoopGroup loops;
    private final ChannelGroup connections =
            new DefaultChannelGroup("upstreams", GlobalEventExecutor.INSTANCE, true);
    private final AtomicBoolean isClosed = new AtomicBoolean();
    private final SslProvider sslProvider;
    private final ByteBufAllocator allocator;
    private final ProxySettings proxies;
    private final NameResolver resolver;
    private final AddressRule addresses;
    private final Budgets budgets;

    Network(
            ProxySettings proxies,
            NameResolver resolver,
            AddressRule addresses,
            Budgets budgets,
            SslProvider sslProvider,
            ByteBufAllocator allocator) {
        this.proxies = proxies;
        this.resolver = resolver;
        this.addresses = addresses;
        this.budgets = budgets;
        this.sslProvider = sslProvider;
        this.allocator = allocator;
        IoHandlerFactory io = isEpoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        this.loops = new MultiThreadIoEventLoopGroup(LOOPS, io);
    }

    public static Network open(ProxySettings proxies) {
        return new Network(
                proxies,
                NameResolver.SYSTEM,
                AddressKind::of,
                Budgets.STANDARD,
                Trust.fastestProvider(),
                ByteBufAllocator.DEFAULT);
    }

    EventLoopGroup loops() {
        return loops;
    }

    Class<? extends SocketChannel> channelType() {
        return isEpoll ? EpollSocketChannel.class : NioSocketChannel.class;
    }

    ByteBufAllocator allocator() {
        return allocator;
    }

    /// Ends this connection when the network is closed.
    void adopt(Channel channel) {
        connections.add(channel);
    }

    SslContext tls(Optional<Path> ca) {
        return Trust.tls(sslProvider, ca);
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
}
