package dev.tarn.config;

import java.time.Duration;
import java.time.LocalTime;

/// When something happens, again and again.
public sealed interface Timing {

    /// So long after it last began.
    record Every(Duration interval) implements Timing {}

    /// Once a day, by the clock of the machine.
    record Daily(LocalTime time) implements Timing {}
}
