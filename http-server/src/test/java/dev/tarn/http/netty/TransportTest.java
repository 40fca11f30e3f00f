package dev.tarn.http.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TransportTest {

    private static final long KIB = 1 << 10;

    @BeforeEach
    void needsEpoll() {
        assumeTrue(Epoll.isAvailable());
    }

    @Test
    void aFastClientsSystemMayHoldMoreUnsentUntilItIsSlowAgain() {
        EpollSocketChannel channel = new EpollSocketChannel();
        try {
            Transport.deepen(channel);
            assertThat(channel.config().getTcpNotSentLowAt()).isEqualTo(8_192 * KIB);
            Transport.flatten(channel);
            assertThat(channel.config().getTcpNotSentLowAt()).isEqualTo(256 * KIB);
        } finally {
            channel.unsafe().closeForcibly();
        }
    }

    @Test
    void aHeadWaitsForItsBodyWhileTheSocketIsCorked() {
        EpollSocketChannel channel = new EpollSocketChannel();
        try {
            Transport.cork(channel);
            assertThat(channel.config().isTcpCork()).isTrue();
            Transport.uncork(channel);
            assertThat(channel.config().isTcpCork()).isFalse();
        } finally {
            channel.unsafe().closeForcibly();
        }
    }

    @Test
    void aSocketThatIsClosedOrOfAnotherKindIsLeftAlone() {
        EpollSocketChannel closed = new EpollSocketChannel();
        closed.unsafe().closeForcibly();
        NioSocketChannel other = new NioSocketChannel();
        try {
            assertThatCode(
                            () -> {
                                Transport.deepen(closed);
                                Transport.cork(closed);
                                Transport.deepen(other);
                                Transport.cork(other);
                            })
                    .doesNotThrowAnyException();
        } finally {
            other.unsafe().closeForcibly();
        }
    }
}
