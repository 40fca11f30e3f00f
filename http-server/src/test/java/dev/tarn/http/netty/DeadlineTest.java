package dev.tarn.http.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class DeadlineTest {

    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final Deadline deadline = new Deadline(channel.eventLoop());
    private final AtomicInteger rung = new AtomicInteger();

    DeadlineTest() {
        channel.freezeTime();
    }

    private void advance(int seconds) {
        channel.advanceTimeBy(seconds, TimeUnit.SECONDS);
        channel.runScheduledPendingTasks();
    }

    private void set(int seconds) {
        deadline.set(Duration.ofSeconds(seconds), rung::incrementAndGet);
    }

    @Test
    void whatIsSetAnewInTimeDoesNotHappen() {
        for (int i = 0; i < 10; i++) {
            set(3);
            advance(2);
        }
        assertThat(rung).hasValue(0);

        advance(1);
        assertThat(rung).hasValue(1);
        advance(100);
        assertThat(rung).hasValue(1);
    }

    @Test
    void whatIsSetForSoonerHappensSooner() {
        set(100);
        set(1);
        advance(1);

        assertThat(rung).hasValue(1);
    }

    @Test
    void whatIsClearedDoesNotHappenAndCanBeSetAgain() {
        set(1);
        deadline.clear();
        advance(5);
        assertThat(rung).hasValue(0);

        set(1);
        advance(1);
        assertThat(rung).hasValue(1);
    }

    @Test
    void nothingIsLeftOnTheLoopOnceItIsClosed() {
        set(1);
        deadline.close();

        assertThat(channel.runScheduledPendingTasks()).isEqualTo(-1);
    }
}
