package dev.tarn.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tarn.bench.scenario.Scenario;
import dev.tarn.bench.server.Peer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class OptionsTest {

    private static final Path HERE = Path.of("/here");

    @Test
    void nothingMeansEverything() {
        Options options = Options.parse(List.of(), HERE);
        assertThat(options.scenarios())
                .extracting(Scenario::name)
                .containsExactly(
                        "manifest",
                        "small-blob",
                        "large-blob",
                        "large-blob-tls",
                        "cold-page-cache",
                        "mixed",
                        "cold-ttfb",
                        "cold-herd",
                        "cold-wan",
                        "miss-cpu",
                        "slow-clients",
                        "restart",
                        "idle",
                        "hit-ratio");
        assertThat(options.rounds()).isGreaterThanOrEqualTo(5);
        assertThat(options.json()).isEmpty();
    }

    @Test
    void readsWhatIsAskedFor() {
        Options options =
                Options.parse(
                        List.of("idle", "--quick", "--json", "out.json", "--only", "tarn"), HERE);
        assertThat(options.scenarios()).extracting(Scenario::name).containsExactly("idle");
        assertThat(options.isQuick()).isTrue();
        assertThat(options.json()).contains(Path.of("/here/out.json"));
        assertThat(options.peers()).containsExactly(Peer.TARN);
    }

    @Test
    void refusesWhatItDoesNotKnow() {
        assertThatThrownBy(() -> Options.parse(List.of("fast"), HERE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("no scenario fast");
        assertThatThrownBy(() -> Options.parse(List.of("--json"), HERE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("--json needs a value");
    }
}
