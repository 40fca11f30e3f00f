package dev.tarn.bench.faults;

/// What an upstream does wrong with one answer. Positions count within the body of that answer.
///
/// @param status an error instead of the answer; 0 for none
/// @param retryAfterSeconds what goes with the error; 0 for nothing
/// @param cutAt where the connection ends; -1 for nowhere
/// @param isReset whether it ends with a reset instead of an orderly close; where no place is
///   given, the reset comes instead of an answer
/// @param stallAt where it falls silent for good; -1 for nowhere
/// @param flipAt which byte is wrong; -1 for none
/// @param grownBy by how much the body differs in length from the truth, and says so
/// @param lengthOffBy by how much `Content-Length` differs from the body that follows
/// @param ignoresRange whether the answer is the whole blob whatever was asked for
/// @param bytesPerSecond how fast it goes
record Fault(
        int status,
        int retryAfterSeconds,
        long cutAt,
        boolean isReset,
        long stallAt,
        long flipAt,
        long grownBy,
        long lengthOffBy,
        boolean ignoresRange,
        double bytesPerSecond) {

    static final Fault NONE =
            new Fault(0, 0, -1, false, -1, -1, 0, 0, false, Double.POSITIVE_INFINITY);

    static Fault refusal(int status, int retryAfterSeconds) {
        return new Fault(
                status, retryAfterSeconds, -1, false, -1, -1, 0, 0, false, NONE.bytesPerSecond);
    }

    static Fault cut(long at) {
        return new Fault(0, 0, at, false, -1, -1, 0, 0, false, NONE.bytesPerSecond);
    }

    static Fault reset(long at) {
        return new Fault(0, 0, at, true, -1, -1, 0, 0, false, NONE.bytesPerSecond);
    }

    static Fault hangUp() {
        return new Fault(0, 0, -1, true, -1, -1, 0, 0, false, NONE.bytesPerSecond);
    }

    /// Whether there is no answer at all.
    boolean isHangUp() {
        return isReset && cutAt < 0;
    }

    /// Whether a HEAD goes wrong too, though it has no body.
    boolean hitsHeads() {
        return status != 0 || isHangUp();
    }

    static Fault stall(long at) {
        return new Fault(0, 0, -1, false, at, -1, 0, 0, false, NONE.bytesPerSecond);
    }

    static Fault flip(long at) {
        return new Fault(0, 0, -1, false, -1, at, 0, 0, false, NONE.bytesPerSecond);
    }

    static Fault grown(long by) {
        return new Fault(0, 0, -1, false, -1, -1, by, 0, false, NONE.bytesPerSecond);
    }

    static Fault lengthOff(long by) {
        return new Fault(0, 0, -1, false, -1, -1, 0, by, false, NONE.bytesPerSecond);
    }

    static Fault rate(double bytesPerSecond) {
        return new Fault(0, 0, -1, false, -1, -1, 0, 0, false, bytesPerSecond);
    }

    Fault ignoringRange() {
        return new Fault(
                status,
                retryAfterSeconds,
                cutAt,
                isReset,
                stallAt,
                flipAt,
                grownBy,
                lengthOffBy,
                true,
                bytesPerSecond);
    }

    /// The same, but at this rate.
    Fault at(double rate) {
        return new Fault(
                status,
                retryAfterSeconds,
                cutAt,
                isReset,
                stallAt,
                flipAt,
                grownBy,
                lengthOffBy,
                ignoresRange,
                rate);
    }
}
