package dev.tarn.pull;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tarn.oci.ByteRange;
import dev.tarn.oci.RegistryException.Throttled;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What becomes of a download whose bytes came wrong, between the first try and the second.
class ProgressTest {

    private final Throttled stopping =
            new Throttled("the mirror is stopping", Duration.ofSeconds(1));

    private final Progress progress = new Progress(DownloadConfig.DEFAULT, Ticker.SYSTEM);

    @BeforeEach
    void reject() throws IOException {
        assertThat(progress.join(new DownloadReader(progress, ByteRange.whole()))).isTrue();
        assertThat(progress.reject()).isTrue();
    }

    @Test
    void whatIsStoppedDoesNotBeginAgain() {
        progress.fail(Progress.State.STOPPED, stopping);

        assertThat(progress.beginsAgain()).isFalse();
        assertThat(progress.state()).isEqualTo(Progress.State.REJECTED);
        assertThatThrownBy(progress::awaitSize).isSameAs(stopping);
    }

    @Test
    void thoseWhoseWorkIsOverFailNobody() {
        progress.fail(Progress.State.FAILED, stopping);

        assertThat(progress.beginsAgain()).isTrue();
        assertThat(progress.failure()).isEmpty();
    }
}
