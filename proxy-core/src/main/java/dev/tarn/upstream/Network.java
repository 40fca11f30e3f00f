package dev.tarn.upstream;

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

/// What all upstreams share: event loops, TLS, the name service, the proxy. Closing it ends every
/// connection and every wait on one.
public final class Network implements AutoCloseable {
    private static final int LOOPS = 2;

    private final boolean isEpoll = Epoll.isAvailable();
    private final EventLoopGroup loops;
    private final ChannelGroup connections =
            new DefaultChannelGroup("upstreams", GlobalEventExecutor.INSTANCE, true);
    private final SslProvider sslProvider;
    private final ProxySettings proxies;
    private final NameResolver resolver;
    private final AddressRule addresses;
    private final Budgets budgets;

    Network(
            ProxySettings proxies,
            NameResolver resolver,
            AddressRule addresses,
            Budgets budgets,
            SslProvider sslProvider) {
        this.proxies = proxies;
        this.resolver = resolver;
        this.addresses = addresses;
        this.budgets = budgets;
        this.sslProvider = sslProvider;
        IoHandlerFactory io = isEpoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        this.loops = new MultiThreadIoEventLoopGroup(LOOPS, io);
    }

    public static Network open(ProxySettings proxies) {
        return new Network(
                proxies,
                NameResolver.SYSTEM,
                AddressKind::of,
                Budgets.STANDARD,
                Trust.fastestProvider());
    }

    EventLoopGroup loops() {
        return loops;
    }

    Class<? extends SocketChannel> channelType() {
        return isEpoll ? EpollSocketChannel.class : NioSocketChannel.class;
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

    @Override
    public void close() {
        connections.close().awaitUninterruptibly();
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
