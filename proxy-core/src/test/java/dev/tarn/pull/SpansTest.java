package dev.tarn.pull;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tarn.pull.Spans.Span;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SpansTest {

    @Test
    void spansThatTouchAreOne() {
        Spans spans = Spans.of(List.of(new Span(0, 10), new Span(20, 30)));
        spans.add(10, 20);
        assertThat(spans.toList()).containsExactly(new Span(0, 30));
    }

    @Test
    void anEmptySpanAddsNothing() {
        Spans spans = new Spans();
        spans.add(5, 5);
        assertThat(spans.toList()).isEmpty();
    }

    @Test
    void aSpanHoldsAtLeastOnePosition() {
        assertThatThrownBy(() -> new Span(3, 3)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Span(-1, 3)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void behavesLikeASetOfPositions(long seed) {
        Random random = new Random(seed);
        Spans spans = new Spans();
        BitSet oracle = new BitSet();
        for (int step = 0; step < 300; step++) {
            int start = random.nextInt(1_000);
            int end = start + random.nextInt(20);
            spans.add(start, end);
            oracle.set(start, end);
            int position = random.nextInt(1_020);
            assertThat(spans.endAt(position)).isEqualTo(oracle.nextClearBit(position));
            assertThat(spans.length()).isEqualTo(oracle.cardinality());
        }
        Spans copy = Spans.of(spans.toList());
        assertThat(copy.toList()).isEqualTo(spans.toList());
    }
}
