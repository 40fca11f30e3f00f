package dev.tarn.bench.load;

/// How a request went; times are `System.nanoTime()`.
public record Answer(int status, long bytes, long asked, long firstByte, long lastByte) {

    public double seconds() {
        return (lastByte - asked) / 1e9;
    }

    public double millis() {
        return (lastByte - asked) / 1e6;
    }

    /// Until the first byte of the body was here.
    public double firstByteMillis() {
        return (firstByte - asked) / 1e6;
    }
}
