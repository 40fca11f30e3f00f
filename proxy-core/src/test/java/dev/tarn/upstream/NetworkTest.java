package dev.tarn.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.junit.jupiter.api.Test;

class NetworkTest {

    private static final int RECEIVED_BYTES = 256 << 10;

    /// What is left of the last record of TLS is decrypted together with what comes next.
    private static final int DECRYPTED_BYTES = RECEIVED_BYTES + (16 << 10);

    @Test
    void theBuffersOfABlobAreUsedAgainAndNotZeroed() {
        try (Network network = Network.open(ProxySettings.NONE)) {
            fill(network.allocator(), 1);

            assertThat(fill(network.allocator(), 2)).isEqualTo("11");
            assertThat(fill(network.allocator(), 3)).isEqualTo("22");
        }
    }

    /// Takes two buffers, writes into both, and gives them back; tells what was in them before.
    private static String fill(ByteBufAllocator allocator, int value) {
        ByteBuf received = allocator.directBuffer(RECEIVED_BYTES);
        ByteBuf decrypted = allocator.directBuffer(DECRYPTED_BYTES);
        String before = "" + received.getByte(0) + decrypted.getByte(0);
        received.setByte(0, value);
        decrypted.setByte(0, value);
        received.release();
        decrypted.release();
        return before;
    }
}
