package dev.tarn.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class BacklogTest {

    private static final byte[] KEY = {1};
    private static final byte[] OTHER = {2};

    private final Backlog backlog = new Backlog(1_000);

    @Test
    void theLatestChangeOfARowCounts() {
        backlog.add(List.of(Change.put(Family.LINK, KEY, new byte[10])));
        backlog.add(List.of(Change.delete(Family.LINK, KEY)));

        assertThat(backlog.all()).singleElement().extracting(Change::kind).isEqualTo(kind());
        assertThat(backlog.find(Family.LINK, KEY).orElseThrow().kind()).isEqualTo(kind());
        assertThat(backlog.find(Family.TAG, KEY)).isEmpty();
        assertThat(backlog.find(Family.LINK, OTHER)).isEmpty();
    }

    private static Change.Kind kind() {
        return Change.Kind.DELETE;
    }

    @Test
    void itNeverHoldsMoreThanItsLimit() {
        for (int i = 0; i < 100; i++) {
            backlog.add(List.of(Change.put(Family.LINK, new byte[] {(byte) i}, new byte[50])));
            assertThat(backlog.bytes()).isLessThanOrEqualTo(1_000);
        }
        assertThat(backlog.all()).hasSize(3);
    }

    @Test
    void whatHasNoRoomDoesNotLeaveAnOlderChangeBehind() {
        backlog.add(List.of(Change.put(Family.LINK, KEY, new byte[1])));
        backlog.add(List.of(Change.put(Family.LINK, KEY, new byte[2_000])));

        assertThat(backlog.all()).isEmpty();
        assertThat(backlog.bytes()).isZero();
    }

    @Test
    void numbersAreNotKeptSinceTheyAreCountedAnew() {
        backlog.add(List.of(Change.add(Family.ABOUT, KEY, 1)));

        assertThat(backlog.all()).isEmpty();
    }

    @Test
    void onceClearedItIsEmpty() {
        backlog.add(List.of(Change.put(Family.LINK, KEY, new byte[1])));
        backlog.clear();

        assertThat(backlog.find(Family.LINK, KEY)).isEmpty();
        assertThat(backlog.bytes()).isZero();
    }
}
