package dev.tarn.bench.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class FaultOptionsTest {

    @Test
    void nothingMeansEverythingWithASeedOfItsOwn() {
        FaultOptions options = FaultOptions.parse(List.of(), 42);
        assertThat(options.campaigns()).hasSameSizeAs(Campaign.all());
        assertThat(options.seed()).isEqualTo(42);
        assertThat(options.isQuick()).isFalse();
        assertThat(options.appends()).isFalse();
    }

    @Test
    void readsWhatIsAskedFor() {
        FaultOptions options =
                FaultOptions.parse(
                        List.of(
                                "kill9",
                                "rot",
                                "--rounds",
                                "7",
                                "--seed",
                                "-3",
                                "--minutes",
                                "2",
                                "--quick",
                                "--append"),
                        42);
        assertThat(options.campaigns()).extracting(Campaign::name).containsExactly("kill9", "rot");
        assertThat(options.rounds()).hasValue(7);
        assertThat(options.minutes()).hasValue(2);
        assertThat(options.seed()).isEqualTo(-3);
        assertThat(options.isQuick()).isTrue();
        assertThat(options.appends()).isTrue();
    }

    @Test
    void refusesWhatItDoesNotKnow() {
        assertThatThrownBy(() -> FaultOptions.parse(List.of("flood"), 1))
                .hasMessage("no campaign flood");
        assertThatThrownBy(() -> FaultOptions.parse(List.of("--rounds"), 1))
                .hasMessage("--rounds needs a number");
        assertThatThrownBy(() -> FaultOptions.parse(List.of("--seed", "x"), 1))
                .hasMessage("--seed needs a number");
    }
}
