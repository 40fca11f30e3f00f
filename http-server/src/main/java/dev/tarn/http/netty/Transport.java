package dev.tarn.http.netty;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannelConfig;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;

/// How sockets are waited for.
record Transport(IoHandlerFactory io, Class<? extends ServerChannel> channel) {

    /// What the system may hold of an answer that it has not sent yet, where it can be told. By
    /// itself it holds some megabytes: memory for each slow client, and time by which an answer
    /// seems to have ended before it has.
    static final long UNSENT_BYTES_MAX = 256 << 10;

    /// The same for a client that takes as much in a moment, and more than most systems hold by
    /// themselves (`tcp_wmem`, 4 MiB): with less, the socket runs dry where the event loop has to
    /// wait for a processor, and then that loop, and not the one who receives, does all the work of
    /// sending.
    private static final long FAST_UNSENT_BYTES_MAX = 8 << 20;

    static Transport best() {
        return Epoll.isAvailable() ? epoll() : nio();
    }

    static Transport epoll() {
        return new Transport(EpollIoHandler.newFactory(), EpollServerSocketChannel.class);
    }

    static Transport nio() {
        return new Transport(NioIoHandler.newFactory(), NioServerSocketChannel.class);
    }

    /// What connections of this kind need.
    ServerBootstrap configure(ServerBootstrap server) {
        return channel == EpollServerSocketChannel.class
                ? server.childOption(EpollChannelOption.TCP_NOTSENT_LOWAT, UNSENT_BYTES_MAX)
                : server;
    }

    /// Lets the system hold more of an answer that it has not sent yet.
    static void deepen(Channel channel) {
        holdUnsent(channel, FAST_UNSENT_BYTES_MAX);
    }

    /// Lets it hold as little as at first.
    static void flatten(Channel channel) {
        holdUnsent(channel, UNSENT_BYTES_MAX);
    }

    private static void holdUnsent(Channel channel, long bytesMax) {
        if (channel.isOpen() && channel.config() instanceof EpollSocketChannelConfig config) {
            config.setTcpNotSentLowAt(bytesMax);
        }
    }

    /// What is written next waits for what comes behind it, so that a head does not travel alone.
    static void cork(Channel channel) {
        if (channel.isOpen() && channel.config() instanceof EpollSocketChannelConfig config) {
            config.setTcpCork(true);
        }
    }

    static void uncork(Channel channel) {
        if (channel.isOpen() && channel.config() instanceof EpollSocketChannelConfig config) {
            config.setTcpCork(false);
        }
    }
}
