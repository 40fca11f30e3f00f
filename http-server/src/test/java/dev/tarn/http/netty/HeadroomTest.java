package dev.tarn.http.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HeadroomTest {

    private static final int MIB = 1 << 20;
    private static final long NARROW_BYTES = 256 << 10;
    private static final long WIDE_BYTES = 8 << 20;

    /// At 100 bytes in a microsecond, a MiB takes this.
    private static final long LIMIT_NANOS = MIB * 10L;

    private static final int HURRIED_MAX = 64;

    private final Answers answers = new Answers();
    private EventLoopGroup loops;
    private ServerSocket server;
    private EpollSocketChannel channel;
    private Headroom headroom;

    @BeforeEach
    void connect() throws Exception {
        assumeTrue(Epoll.isAvailable());
        loops = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        channel =
                (EpollSocketChannel)
                        new Bootstrap()
                                .group(loops)
                                .channel(EpollSocketChannel.class)
                                .option(EpollChannelOption.TCP_NOTSENT_LOWAT, NARROW_BYTES)
                                .handler(new ChannelInboundHandlerAdapter())
                                .connect(server.getLocalSocketAddress())
                                .sync()
                                .channel();
        headroom = new Headroom(channel, answers);
    }

    @AfterEach
    void disconnect() throws Exception {
        if (loops != null) {
            loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
            server.close();
        }
    }

    /// Once the event loop has done what it was told.
    private long unsentBytesMax() throws Exception {
        return channel.eventLoop().submit(() -> channel.config().getTcpNotSentLowAt()).get();
    }

    @Test
    void isWideForAsLongAsTheClientIsFast() throws Exception {
        assertThat(headroom.regionBytesMax()).isEqualTo(MIB);
        headroom.left(MIB, LIMIT_NANOS / 2);
        assertThat(headroom.regionBytesMax()).isEqualTo(4 * MIB);
        assertThat(unsentBytesMax()).isEqualTo(WIDE_BYTES);
        headroom.left(MIB, 2 * LIMIT_NANOS);
        assertThat(headroom.regionBytesMax()).isEqualTo(MIB);
        assertThat(unsentBytesMax()).isEqualTo(NARROW_BYTES);
    }

    @Test
    void whatTheSystemTakesInAtOnceTellsNothing() throws Exception {
        headroom.left(NARROW_BYTES, 0);
        assertThat(unsentBytesMax()).isEqualTo(NARROW_BYTES);
        headroom.left(MIB, 0);
        headroom.left(NARROW_BYTES, 2 * LIMIT_NANOS);
        assertThat(unsentBytesMax()).isEqualTo(WIDE_BYTES);
    }

    @Test
    void soManyAreWideAtATime() throws Exception {
        for (int i = 1; i < HURRIED_MAX; i++) {
            assertThat(answers.hurries()).isTrue();
        }
        headroom.left(MIB, 0);
        Headroom other = new Headroom(channel, answers);
        other.left(MIB, 0);
        assertThat(other.regionBytesMax()).isEqualTo(MIB);
        headroom.narrow();
        headroom.narrow();
        assertThat(unsentBytesMax()).isEqualTo(NARROW_BYTES);
        other.left(MIB, 0);
        assertThat(other.regionBytesMax()).isEqualTo(4 * MIB);
        assertThat(answers.hurries()).isFalse();
    }

    @Test
    void isGivenBackThoughTheClientHasLeft() throws Exception {
        headroom.left(MIB, 0);
        channel.close().sync();
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
        headroom.narrow();
        for (int i = 0; i < HURRIED_MAX; i++) {
            assertThat(answers.hurries()).isTrue();
        }
    }
}
