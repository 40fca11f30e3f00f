package dev.tarn.bench.upstream;

import java.time.Duration;

/// The way to the upstream: how far, how fast for one connection, how fast in all. Rates are bytes
/// per second.
public record Link(Duration roundTrip, double connectionRate, double totalRate) {

    public static final Link LOOPBACK =
            new Link(Duration.ZERO, Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY);

    public Link at(Duration distance) {
        return new Link(distance, connectionRate, totalRate);
    }

    boolean isLimited() {
        return Double.isFinite(connectionRate) || Double.isFinite(totalRate);
    }
}
