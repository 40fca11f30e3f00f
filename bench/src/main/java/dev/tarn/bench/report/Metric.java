package dev.tarn.bench.report;

/// What is measured, as the head of a column: with its unit.
public record Metric(String name) {

    public static final Metric REQUESTS_PER_SECOND = new Metric("requests/s");
    public static final Metric CPU_MICROS = new Metric("CPU µs/request");
    public static final Metric GIGABYTES_PER_SECOND = new Metric("GB/s");
    public static final Metric CPU_PER_GB = new Metric("CPU s/GB");
    public static final Metric SECONDS = new Metric("seconds");
    public static final Metric CPU_SECONDS = new Metric("CPU s");
    public static final Metric P50_MS = new Metric("p50 ms");
    public static final Metric P99_MS = new Metric("p99 ms");
    public static final Metric FIRST_BYTE_MS = new Metric("first byte ms");
    public static final Metric RSS_MB = new Metric("RSS MB");
    public static final Metric RSS_PEAK_MB = new Metric("peak RSS MB");
    public static final Metric UPSTREAM_BYTES = new Metric("upstream bytes / image");

    @Override
    public String toString() {
        return name;
    }
}
