package dev.tarn.cli.doctor;

import java.util.Optional;

/// One thing that was looked at, and how it is.
///
/// @param where a key of the configuration, a registry, or a part of the machine
/// @param remedy what to do about it
public record Finding(State state, String where, String what, Optional<String> remedy) {

    /// How bad it is.
    public enum State {
        OK,
        /// The mirror works, though not as well as it could, or not for long.
        WARNING,
        /// The mirror does not start, or cannot pull.
        PROBLEM
    }

    public static Finding ok(String where, String what) {
        return new Finding(State.OK, where, what, Optional.empty());
    }

    static Finding warning(String where, String what, String remedy) {
        return new Finding(State.WARNING, where, what, Optional.of(remedy));
    }

    public static Finding problem(String where, String what, String remedy) {
        return new Finding(State.PROBLEM, where, what, Optional.of(remedy));
    }

    public boolean isProblem() {
        return state == State.PROBLEM;
    }
}
