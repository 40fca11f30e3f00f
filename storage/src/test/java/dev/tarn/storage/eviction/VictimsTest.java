package dev.tarn.storage.eviction;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.storage.eviction.Victims.Victim;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class VictimsTest {

    private final EvictionPolicy lru = new Lru();
    private final Victims<String> victims = new Victims<>(lru);

    private Usage usedAt(long time) {
        return lru.admit(0, 1, 1, time);
    }

    @Test
    void theOneOfLeastWorthGoesFirst() {
        victims.offer("b", usedAt(2));
        victims.offer("a", usedAt(1));
        victims.offer("c", usedAt(3));

        assertThat(victims.poll()).contains(new Victim<>("a", usedAt(1)));
        assertThat(victims.poll()).contains(new Victim<>("b", usedAt(2)));
        assertThat(victims.poll()).contains(new Victim<>("c", usedAt(3)));
        assertThat(victims.poll()).isEmpty();
    }

    @Test
    void whatIsOfferedAgainCountsAsItIsNow() {
        victims.offer("a", usedAt(1));
        victims.offer("b", usedAt(2));
        victims.offer("a", usedAt(3));

        assertThat(victims.poll()).contains(new Victim<>("b", usedAt(2)));
    }

    @Test
    void theWorstOfManySamplesAreRemembered() {
        for (int i = 9_999; i >= 0; i--) {
            victims.offer("blob " + i, usedAt(i));
        }
        List<String> order = new ArrayList<>();
        for (Optional<Victim<String>> next = victims.poll();
                next.isPresent();
                next = victims.poll()) {
            order.add(next.get().key());
        }

        assertThat(order).startsWith("blob 0", "blob 1", "blob 2").hasSizeLessThan(200);
    }
}
