package dev.tarn.upstream;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// How an upstream is doing, for those who run the mirror.
///
/// @param addresses in the order in which they are asked
/// @param limit how many pulls it permits in its window, where it says so
/// @param remaining how many of those are left
/// @param reserve below which tags are looked at less often
/// @param tokenTime for how long tokens have been waited for, in all
public record UpstreamStatus(
        List<Address> addresses,
        OptionalInt limit,
        OptionalInt remaining,
        int reserve,
        Duration tokenTime) {

    /// Whether it is asked.
    public enum BreakerState {
        /// It is.
        CLOSED,
        /// The next one to ask finds out.
        HALF_OPEN,
        /// It is left alone for a while.
        OPEN
    }

    /// One of its addresses.
    ///
    /// @param reason why it is left alone
    public record Address(String url, BreakerState breaker, Optional<String> reason) {}

    public UpstreamStatus {
        addresses = List.copyOf(addresses);
    }

    /// Whether there is nobody to ask at the moment.
    public boolean isDown() {
        return addresses.stream().noneMatch(address -> address.breaker() == BreakerState.CLOSED);
    }
}
