package dev.tarn.bench.report;

import static dev.tarn.bench.report.Goal.Relation.AT_LEAST;
import static dev.tarn.bench.report.Goal.Relation.AT_MOST;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class GoalTest {

    private static final Metric SPEED = new Metric("speed");

    private final Sheet sheet = new Sheet("case");

    GoalTest() {
        for (double sample : List.of(10.0, 8.0, 900.0)) {
            sheet.add("tarn", SPEED, sample);
        }
        sheet.add("slow", SPEED, 5);
        sheet.add("fast", SPEED, 20);
    }

    @Test
    void ratioIsOfMedians() {
        Goal goal = Goal.ratio(sheet, SPEED, "tarn", "fast", AT_LEAST, 0.5);
        assertThat(goal.cells()).containsExactly("case: speed ÷ fast", ">= 0.500", "0.500", "ok");
    }

    @Test
    void bestIsTheOneThatHasMost() {
        Goal goal = Goal.ratioToBest(sheet, SPEED, "tarn", List.of("slow", "fast"), 0.95);
        assertThat(goal.cells()).contains("case: speed ÷ fast", "SHORT");
    }

    @Test
    void withoutPeersThereIsNoBest() {
        assertThat(Goal.ratioToBest(sheet, SPEED, "tarn", List.of(), 0.95).cells())
                .contains("case: speed ÷ the best peer", "not measured");
    }

    @Test
    void differenceIsWhatItHasMore() {
        assertThat(Goal.difference(sheet, SPEED, "tarn", "slow", AT_MOST, 4.9).verdict())
                .isEqualTo("SHORT");
    }

    @Test
    void whatWasNotMeasuredIsNotReached() {
        assertThat(Goal.value(sheet, SPEED, "nobody", AT_MOST, 1).verdict())
                .isEqualTo("not measured");
    }
}
