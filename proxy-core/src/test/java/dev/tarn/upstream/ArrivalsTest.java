package dev.tarn.upstream;

import static dev.tarn.upstream.Arrivals.BATCH_BYTES;
import static dev.tarn.upstream.Arrivals.END;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ArrivalsTest {
    private final HttpResponse head =
            new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
    private final byte[] body = Strangers.bytes(4 * BATCH_BYTES);
    private final Arrivals arrivals = new Arrivals();
    private final List<ByteBuf> made = new ArrayList<>();
    private final List<ByteBuf> taken = new ArrayList<>();
    private int arrived;

    @AfterEach
    void nothingLeaks() {
        arrivals.clear();
        taken.forEach(ByteBuf::release);
        assertThat(made).allMatch(bytes -> bytes.refCnt() == 0);
    }

    private void arrive(int count) {
        ByteBuf bytes = Unpooled.directBuffer(count).writeBytes(body, arrived, count);
        made.add(bytes);
        arrived += count;
        arrivals.add(bytes);
    }

    private Object take() {
        Object next = arrivals.take(UnpooledByteBufAllocator.DEFAULT);
        if (next instanceof ByteBuf bytes) {
            taken.add(bytes);
            return bytes.readableBytes();
        }
        return next;
    }

    private void begin(int firstBytes) {
        arrivals.begin();
        arrivals.add(head);
        arrive(firstBytes);
        assertThat(arrivals.settle()).isTrue();
        assertThat(take()).isEqualTo(head);
        assertThat(arrivals.isDue()).isTrue();
        assertThat(take()).isEqualTo(firstBytes);
        assertThat(arrivals.isDue()).isFalse();
    }

    @Test
    void theHeadAndTheFirstBytesAreDueAtOnce() {
        begin(1);
    }

    @Test
    void littleWaitsUntilItIsABatch() {
        begin(1_000);
        arrive(1_000);
        assertThat(arrivals.settle()).isFalse();
        assertThat(arrivals.isHeldBack()).isTrue();

        arrive(BATCH_BYTES);
        assertThat(arrivals.settle()).isTrue();
        assertThat(arrivals.isHeldBack()).isFalse();
    }

    @Test
    void batchesEndOnMultiplesHoweverTheirBytesArrive() {
        begin(1_000);
        for (int i = 0; i < 20; i++) {
            arrive(16_000);
        }
        assertThat(arrivals.settle()).isTrue();
        assertThat(take()).isEqualTo(BATCH_BYTES - 1_000);
        assertThat(arrivals.isHeldBack()).isTrue();

        arrive(BATCH_BYTES);
        assertThat(arrivals.settle()).isTrue();
        assertThat(take()).isEqualTo(BATCH_BYTES);
    }

    @Test
    void aPieceThatIsABatchIsHandedOnAsItIs() {
        begin(1);
        arrive(BATCH_BYTES - 1);
        arrivals.hurry();
        assertThat(take()).isEqualTo(BATCH_BYTES - 1);
        arrive(BATCH_BYTES);
        arrivals.settle();
        assertThat(take()).isEqualTo(BATCH_BYTES);

        assertThat(taken.getLast()).isSameAs(made.getLast());
    }

    @Test
    void whatIsHeldBackIsDueWhenItHasWaitedLongEnough() {
        begin(1_000);
        arrive(500);
        arrive(500);
        arrivals.settle();
        arrivals.hurry();
        assertThat(arrivals.isDue()).isTrue();
        assertThat(take()).isEqualTo(1_000);
        assertThat(arrivals.isDue()).isFalse();
    }

    @Test
    void anAnswerThatIsWholeIsDueToItsEnd() {
        begin(1_000);
        arrive(BATCH_BYTES);
        arrivals.end();
        assertThat(arrivals.settle()).isTrue();
        assertThat(take()).isEqualTo(BATCH_BYTES);
        assertThat(arrivals.isDue()).isTrue();
        assertThat(take()).isEqualTo(END);
        assertThat(arrivals.isDue()).isFalse();
    }

    @Test
    void whatCameBeforeACutIsDueToTheLastByte() {
        begin(1_000);
        arrive(BATCH_BYTES);
        arrivals.settle();
        arrivals.cut();
        assertThat(take()).isEqualTo(BATCH_BYTES);
        assertThat(arrivals.isDue()).isFalse();

        arrivals.begin();
        begin(1_000);
        arrive(BATCH_BYTES);
        arrivals.settle();
        assertThat(take()).isEqualTo(BATCH_BYTES - 1_000);
        arrivals.cut();
        assertThat(take()).isEqualTo(1_000);
        assertThat(arrivals.isDue()).isFalse();
    }

    @Test
    void noByteIsLostOrMoved() {
        begin(777);
        int[] sizes = {16_384, 300_000, 1, 262_144, 20_000, 262_144};
        for (int size : sizes) {
            arrive(size);
            if (arrivals.settle()) {
                take();
            }
        }
        arrivals.end();
        arrivals.settle();
        while (!END.equals(take())) {
            assertThat(arrivals.isDue()).isTrue();
        }

        byte[] all = new byte[arrived];
        int position = 0;
        for (ByteBuf bytes : taken) {
            int count = bytes.readableBytes();
            bytes.getBytes(bytes.readerIndex(), all, position, count);
            position += count;
        }
        assertThat(position).isEqualTo(arrived);
        assertThat(all).isEqualTo(Arrays.copyOf(body, arrived));
    }

    @Test
    void itIsFullOnceMuchWaitsAndNoMoreAfterwards() {
        begin(64 << 10);
        arrive(2 * BATCH_BYTES);
        assertThat(arrivals.isFull()).isTrue();
        arrivals.settle();
        take();
        assertThat(arrivals.isFull()).isFalse();
    }
}
