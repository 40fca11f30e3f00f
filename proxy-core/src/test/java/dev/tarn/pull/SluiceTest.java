package dev.tarn.pull;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class SluiceTest {

    private final Sluice.All all = new Sluice.All(5);
    private final Sluice sluice = new Sluice(all, 2, 4, Ticker.SYSTEM);
    private final List<String> order = new CopyOnWriteArrayList<>();
    private final List<Sluice.Place> places = new CopyOnWriteArrayList<>();

    /// Waits for a place on a thread of its own, and notes under a name that it came.
    private Thread queue(String name, Sluice.Gate gate) {
        Thread thread =
                Thread.ofVirtual()
                        .start(() -> {
                            try {
                                places.add(gate.acquire());
                                order.add(name);
                            } catch (InterruptedException e) {
                                order.add(name + " gave up");
                            }
                        });
        await().until(() -> thread.getState() == Thread.State.WAITING || !thread.isAlive());
        return thread;
    }

    @Test
    void aDownloadStartsWithAFew() {
        Sluice.Gate gate = sluice.gate(() -> true);
        for (int i = 0; i < 3; i++) {
            queue("place " + i, gate);
        }
        assertThat(order).containsExactly("place 0", "place 1");
    }

    @Test
    void nobodyWaitsForTheEndOfAnothersBlob() {
        Sluice.Gate first = sluice.gate(() -> true);
        queue("first", first);
        queue("first", first);
        queue("second", sluice.gate(() -> true));
        assertThat(order).containsExactly("first", "first", "second");
    }

    @Test
    void thereAreNeverMoreThanTheMost() {
        for (int i = 0; i < 5; i++) {
            queue("place " + i, sluice.gate(() -> true));
        }
        assertThat(order).hasSize(4);
        places.getFirst().close();
        await().untilAsserted(() -> assertThat(order).hasSize(5));
    }

    @Test
    void whoIsWaitedForGoesFirst() {
        for (int i = 0; i < 4; i++) {
            queue("running", sluice.gate(() -> true));
        }
        queue("prefetched", sluice.gate(() -> false));
        queue("wanted", sluice.gate(() -> true));
        places.getFirst().close();
        await().untilAsserted(() -> assertThat(order).hasSize(5).endsWith("wanted"));
    }

    @Test
    void whoGivesUpTakesNoPlace() throws Exception {
        for (int i = 0; i < 4; i++) {
            queue("running", sluice.gate(() -> true));
        }
        Thread impatient = queue("impatient", sluice.gate(() -> true));
        impatient.interrupt();
        impatient.join();
        queue("next", sluice.gate(() -> true));
        places.getFirst().close();
        await().untilAsserted(() -> assertThat(order).endsWith("impatient gave up", "next"));
    }

    @Test
    void thereAreNeverMoreThanTheMostToAllUpstreamsTogether() {
        Sluice another = new Sluice(all, 2, 4, Ticker.SYSTEM);
        for (int i = 0; i < 4; i++) {
            queue("here", sluice.gate(() -> true));
        }
        queue("there", another.gate(() -> true));
        queue("prefetched there", another.gate(() -> false));
        queue("wanted there", another.gate(() -> true));
        assertThat(order).containsExactly("here", "here", "here", "here", "there");
        places.getFirst().close();
        await().untilAsserted(() -> assertThat(order).hasSize(6).endsWith("wanted there"));
    }

    /// A prefetched blob, which waits because one connection is enough.
    @Test
    void whoGetsAReaderWhileWaitingGoesOn() {
        AtomicLong now = new AtomicLong();
        Sluice known = new Sluice(all, 2, 4, new HandTicker(now));
        AtomicBoolean isRead = new AtomicBoolean();
        Sluice.Gate prefetched = known.gate(isRead::get);
        queue("begun", prefetched);
        places.getFirst().close();
        Sluice.Gate other = known.gate(() -> true);
        queue("other", other);
        queue("other", other);
        for (int i = 0; i < 2_000; i++) {
            now.addAndGet(TimeUnit.MILLISECONDS.toNanos(1));
            places.getLast().brought(200_000);
        }
        queue("prefetched", prefetched);
        assertThat(order).doesNotContain("prefetched");

        isRead.set(true);
        prefetched.look();

        await().untilAsserted(() -> assertThat(order).endsWith("prefetched"));
    }

    private record HandTicker(AtomicLong now) implements Ticker {
        @Override
        public long nanos() {
            return now.get();
        }

        @Override
        public void await(Lock lock, Condition condition, long nanos) {
            throw new UnsupportedOperationException();
        }
    }
}
