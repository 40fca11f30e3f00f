package dev.tarn.pull;

import dev.tarn.oci.RegistryException;
import dev.tarn.oci.RegistryException.Throttled;
import dev.tarn.oci.RegistryException.UpstreamFailed;
import dev.tarn.oci.RegistryException.UpstreamFailed.Kind;
import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// Whether a part of a blob that did not come is asked for again, and when. What has begun is worth
/// more patience than what has not: the client of a blob of which nothing is here may still go
/// elsewhere, while one that has a part of it would have to begin again.
final class Retries {

    /// How many times in a row the same part may bring next to nothing.
    static final int MAX = 3;

    /// What a try must bring in order not to count.
    static final long PROGRESS_BYTES = 1 << 20;

    /// How long nothing at all may come of a blob that has begun, while the source wants to be left
    /// alone.
    static final Duration PATIENCE = Duration.ofSeconds(30);

    /// How long the client of a blob that has not begun waits for a source that wants to be left
    /// alone.
    static final Duration PATIENCE_BEFORE_THE_START = Duration.ofSeconds(3);

    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
    private static final Duration FIRST_PAUSE_BEFORE_THE_START = Duration.ofMillis(150);
    private static final int PAUSE_GROWTH = 3;

    private final RandomGenerator random;

    Retries(RandomGenerator random) {
        this.random = random;
    }

    /// How long to wait before the part is asked for again; empty where that makes no sense.
    ///
    /// @param failures how many tries of the part in a row have come to nothing, this one included
    /// @param sinceProgress how long nothing has come of the blob; empty where nothing has yet
    Optional<Duration> pause(
            RegistryException failure, int failures, Optional<Duration> sinceProgress) {
        boolean hasBegun = sinceProgress.isPresent();
        return switch (failure) {
            case Throttled throttled when failures <= MAX || hasBegun -> {
                Duration waited = sinceProgress.orElse(Duration.ZERO);
                Duration patience = hasBegun ? PATIENCE : PATIENCE_BEFORE_THE_START;
                yield Optional.of(jittered(throttled.retryAfter()))
                        .filter(pause -> waited.plus(pause).compareTo(patience) <= 0);
            }
            case UpstreamFailed _ when hasBegun && failures <= MAX ->
                    Optional.of(grown(FIRST_PAUSE, failures));
            case UpstreamFailed failed when failures <= triesBeforeTheStart(failed.kind()) ->
                    Optional.of(grown(FIRST_PAUSE_BEFORE_THE_START, failures));
            default -> Optional.empty();
        };
    }

    /// A registry that is just being restarted is worth a moment. After a silence, whoever waits
    /// has waited long enough.
    private static int triesBeforeTheStart(Kind kind) {
        return switch (kind) {
            case UNREACHABLE, CUT_OFF, BROKEN -> MAX;
            case BAD_ANSWER, WRONG_BYTES -> 1;
            case SILENT -> 0;
        };
    }

    private Duration grown(Duration first, int failures) {
        return jittered(first.multipliedBy(Math.round(Math.pow(PAUSE_GROWTH, failures - 1))));
    }

    /// So that those who failed together do not come back together.
    private Duration jittered(Duration pause) {
        return pause.plusMillis(random.nextLong(pause.toMillis() / 2 + 1));
    }
}
