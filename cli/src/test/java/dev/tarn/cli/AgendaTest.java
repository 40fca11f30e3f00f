package dev.tarn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.config.Expectation;
import dev.tarn.config.ImageJob;
import dev.tarn.config.Timing;
import dev.tarn.oci.ImageName;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// What falls due when, by a clock that the test sets.
class AgendaTest {

    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

    private final Agenda agenda = new Agenda(BERLIN, () -> 0L);
    private Instant now = Instant.parse("2026-03-01T12:00:00Z");

    private static ImageJob job(String name, Timing timing, String... images) {
        return new ImageJob(
                ImageJob.Kind.CHECK,
                name,
                named(images),
                List.of("linux/amd64"),
                timing,
                Expectation.NONE);
    }

    private static List<ImageName> named(String... images) {
        return List.of(images).stream().map(ImageName::parse).toList();
    }

    private static Timing every(int minutes) {
        return new Timing.Every(Duration.ofMinutes(minutes));
    }

    /// All that is to be done now, in order.
    private List<String> due() {
        List<String> due = new ArrayList<>();
        for (Optional<Errand> next = agenda.take(now); next.isPresent(); next = agenda.take(now)) {
            due.add(next.get().image().repository().text());
        }
        return due;
    }

    @Test
    void whatHasAnIntervalFallsDueAtTheStartAndThenEachTime() {
        agenda.replace(List.of(job("a", every(5), "x/one", "x/two")), now);
        assertThat(due()).containsExactly("x/one", "x/two");

        now = now.plus(Duration.ofMinutes(5)).minusNanos(1);
        assertThat(due()).isEmpty();
        assertThat(agenda.nextAt()).contains(now.plusNanos(1));

        now = now.plusNanos(1);
        assertThat(due()).containsExactly("x/one", "x/two");
    }

    @Test
    void eachImageIsForEachPlatform() {
        ImageJob job =
                new ImageJob(
                        ImageJob.Kind.PREWARM,
                        "a",
                        named("x/one", "x/two"),
                        List.of("linux/amd64", "linux/arm64"),
                        every(5),
                        Expectation.NONE);
        agenda.replace(List.of(job), now);

        assertThat(due()).containsExactly("x/one", "x/one", "x/two", "x/two");
    }

    @Test
    void aTimeOfDayIsThatOfTheZoneAlsoWhereTheClocksChange() {
        agenda.replace(List.of(job("a", new Timing.Daily(LocalTime.of(3, 30)), "x/one")), now);
        assertThat(due()).isEmpty();
        assertThat(agenda.nextAt()).contains(Instant.parse("2026-03-02T02:30:00Z"));

        now = Instant.parse("2026-03-28T02:30:00Z");
        assertThat(due()).containsExactly("x/one");
        assertThat(agenda.nextAt()).contains(Instant.parse("2026-03-29T01:30:00Z"));
    }

    @Test
    void notEverybodyAsksAtOnce() {
        Agenda late = new Agenda(BERLIN, () -> -1L);
        late.replace(List.of(job("a", every(5), "x/one")), now);

        assertThat(late.take(now)).isEmpty();
        assertThat(late.nextAt().orElseThrow())
                .isAfter(now.plusSeconds(29))
                .isBefore(now.plusSeconds(30));
        assertThat(late.take(now.plusSeconds(30))).isPresent();
        assertThat(late.nextAt().orElseThrow())
                .isAfter(now.plusSeconds(30 + 300 + 29))
                .isBefore(now.plusSeconds(30 + 300 + 30));
    }

    @Test
    void aJobThatTakesLongerThanItsIntervalDoesNotPileUp() {
        agenda.replace(List.of(job("a", every(5), "x/one", "x/two")), now);
        assertThat(agenda.take(now)).isPresent();

        now = now.plus(Duration.ofMinutes(50));
        assertThat(due()).containsExactly("x/two");
        assertThat(due()).isEmpty();
    }

    @Test
    void aJobThatStaysFallsDueWhenItWouldHave() {
        ImageJob stays = job("a", every(5), "x/one");
        agenda.replace(List.of(stays, job("b", every(5), "x/two")), now);
        due();
        now = now.plusSeconds(60);
        agenda.replace(List.of(stays, job("c", every(5), "x/three")), now);
        assertThat(due()).containsExactly("x/three");

        now = now.plusSeconds(240);
        assertThat(due()).containsExactly("x/one");
    }

    @Test
    void aJobThatIsGoneLeavesNothingBehind() {
        agenda.replace(List.of(job("a", every(5), "x/one", "x/two")), now);
        assertThat(agenda.take(now)).isPresent();
        agenda.replace(List.of(), now);

        assertThat(due()).isEmpty();
        assertThat(agenda.nextAt()).isEmpty();
    }

    @Test
    void whatWasPushedComesFirstAndOnce() {
        agenda.replace(List.of(job("a", every(5), "x/one", "x/two")), now);
        agenda.take(now);
        assertThat(agenda.add(job("events", every(0), "x/pushed"))).isTrue();
        assertThat(agenda.add(job("events", every(0), "x/pushed"))).isTrue();

        assertThat(due()).containsExactly("x/pushed", "x/two");
    }

    @Test
    void whatWasPushedHasAnEnd() {
        assertThat(
                        IntStream.range(0, 1_000)
                                .allMatch(i -> agenda.add(job("events", every(0), "x/i" + i))))
                .isTrue();
        assertThat(agenda.add(job("events", every(0), "x/more"))).isFalse();
        assertThat(agenda.add(job("events", every(0), "x/i7"))).isTrue();
        assertThat(due()).hasSize(1_000);
    }
}
