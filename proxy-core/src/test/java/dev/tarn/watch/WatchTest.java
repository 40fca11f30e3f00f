package dev.tarn.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/// The watches that all other tests rely on see what they are there for.
class WatchTest {

    @Test
    void aForgottenBufferIsFound() {
        forget();

        Awaitility.await()
                .untilAsserted(() ->
                        assertThat(LeakWatch.find()).singleElement().asString().contains("forget"));
    }

    private static void forget() {
        var _ = ByteBufAllocator.DEFAULT.directBuffer(100).writeLong(1);
    }

    @Test
    void aBufferThatIsGivenBackIsNot() throws InterruptedException {
        for (int i = 0; i < 100; i++) {
            ByteBufAllocator.DEFAULT.directBuffer(100).writeLong(1).release();
        }

        assertThat(LeakWatch.find()).isEmpty();
    }

    @Test
    void aLoopThatWaitsForSomethingIsFound() throws InterruptedException {
        EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        CountDownLatch never = new CountDownLatch(1);
        List<String> found = new ArrayList<>();
        try {
            Awaitility.await()
                    .until(() -> {
                        if (!loops.submit(() -> never.await(500, TimeUnit.MILLISECONDS)).isDone()) {
                            found.addAll(LoopWatch.take());
                        }
                        return !found.isEmpty();
                    });
        } finally {
            never.countDown();
            loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).await();
            found.addAll(LoopWatch.take());
        }

        assertThat(found).allMatch(loop -> loop.contains("CountDownLatch.await"));
    }

    @Test
    void aLoopWithNothingToDoIsNot() throws InterruptedException {
        EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        loops.submit(() -> {}).await();
        loops.schedule(() -> {}, 400, TimeUnit.MILLISECONDS).await();
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).await();

        assertThat(LoopWatch.take()).isEmpty();
    }
}
