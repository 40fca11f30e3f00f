package dev.tarn.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FiguresTest {

    @Test
    void medianIsTheMiddleOne() {
        assertThat(Figures.median(List.of(9.0, 1.0, 5.0))).isEqualTo(5);
    }

    @Test
    void medianOfAnEvenNumberIsBetweenTheTwoInTheMiddle() {
        assertThat(Figures.median(List.of(4.0, 1.0, 2.0, 100.0))).isEqualTo(3);
    }

    @Test
    void quantileIsASample() {
        List<Double> hundred = IntStream.rangeClosed(1, 100).mapToObj(i -> (double) i).toList();
        assertThat(Figures.quantile(hundred, 0.99)).isEqualTo(99);
        assertThat(Figures.quantile(hundred, 1)).isEqualTo(100);
        assertThat(Figures.quantile(hundred, 0)).isEqualTo(1);
    }

    @Test
    void nothingHasNoMedian() {
        assertThatThrownBy(() -> Figures.median(List.of()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void textHasAtLeastThreeDigits() {
        assertThat(DoubleStream.of(0.1234, 1.234, 12.34, 123.4, 123_456).mapToObj(Figures::text))
                .containsExactly("0.123", "1.23", "12.3", "123", "123,456");
    }
}
