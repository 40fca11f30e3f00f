package dev.tarn.cli.doctor;

import java.time.Duration;
import java.util.List;

/// Compares the clock of this machine with those of the upstreams, as their answers show them.
final class Clocks {
    private static final String WHERE = "clock";
    private static final Duration WARNING_OFFSET = Duration.ofMinutes(1);
    private static final Duration PROBLEM_OFFSET = Duration.ofMinutes(5);

    /// How far the clock of an upstream is ahead of ours.
    record Offset(String where, Duration ahead) {

        boolean isMoreThan(Duration limit) {
            return ahead.abs().compareTo(limit) > 0;
        }

        /// `2 h 3 min`, `61 s`
        String text() {
            Duration off = ahead.abs();
            return off.compareTo(Duration.ofMinutes(10)) < 0
                    ? off.toSeconds() + " s"
                    : off.toHours() + " h " + off.toMinutesPart() + " min";
        }
    }

    private Clocks() {}

    /// As long as one of them agrees with us, it is the others' clocks that are wrong.
    static List<Finding> findings(List<Offset> offsets) {
        List<Offset> wrong =
                offsets.stream().filter(offset -> offset.isMoreThan(WARNING_OFFSET)).toList();
        if (offsets.isEmpty()) {
            return List.of();
        }
        if (wrong.isEmpty()) {
            return List.of(
                    Finding.ok(WHERE, "agrees with " + offsets.size() + " answers of upstreams"));
        }
        return wrong.size() < offsets.size()
                ? wrong.stream().map(Clocks::theirs).toList()
                : List.of(ours(wrong));
    }

    private static Finding theirs(Offset offset) {
        return Finding.warning(
                offset.where(),
                "its clock is "
                        + offset.text()
                        + (isAhead(offset) ? " ahead" : " behind")
                        + ", while that of this machine is right",
                "tell those who run it: its tokens and certificates may not be believed");
    }

    private static boolean isAhead(Offset offset) {
        return offset.ahead().isPositive();
    }

    private static Finding ours(List<Offset> wrong) {
        Offset least = wrong.getFirst();
        for (Offset offset : wrong) {
            least = offset.ahead().abs().compareTo(least.ahead().abs()) < 0 ? offset : least;
        }
        String what =
                "of this machine is "
                        + least.text()
                        + (isAhead(least) ? " behind" : " ahead")
                        + ", says "
                        + least.where();
        String remedy = "set it, and keep it right by NTP (`timedatectl set-ntp true`)";
        return least.isMoreThan(PROBLEM_OFFSET)
                ? Finding.problem(WHERE, what, remedy)
                : Finding.warning(WHERE, what, remedy);
    }
}
