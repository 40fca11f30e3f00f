package dev.tarn.bench.faults;

/// What came of a pull; times are `System.nanoTime()`.
record Pulled(
        Kind kind,
        int status,
        long bytes,
        long asked,
        long firstByte,
        long lastByte,
        String detail) {

    enum Kind {
        /// Complete, and every byte as it should be.
        RIGHT,
        /// Complete, and not what was asked for: what must never be.
        WRONG,
        /// Ended before its length: an honest failure.
        CUT,
        /// An error instead of the content.
        REFUSED,
        /// No answer at all.
        LOST,
        /// The client had enough.
        LEFT
    }

    static Pulled lost(String detail, long asked) {
        return new Pulled(Kind.LOST, 0, 0, asked, 0, System.nanoTime(), detail);
    }

    boolean isRight() {
        return kind == Kind.RIGHT;
    }

    boolean isWrong() {
        return kind == Kind.WRONG;
    }

    double millis() {
        return (lastByte - asked) / 1e6;
    }

    double firstByteMillis() {
        return ((firstByte == 0 ? lastByte : firstByte) - asked) / 1e6;
    }

    @Override
    public String toString() {
        return "%s %d (%s)".formatted(kind, status, detail.strip().replaceAll("\\s*\\R", " | "));
    }
}
