package dev.tarn.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.List;
import java.util.function.DoubleSupplier;

/// Every metric of ours, by the name under which Prometheus sees it. No tag has a value that a
/// client could choose: there are as many time series as the configuration makes, and no more.
///
/// Those that begin with `registry_proxy_` are named as other registries name theirs, so that
/// dashboards and rules which exist go on working.
public enum Metric {
    PROXY_REQUESTS(
            "registry_proxy_requests_total",
            Type.COUNTER,
            "Answers about blobs and manifests, by GET and by HEAD, failures included",
            "type",
            "upstream_host"),
    PROXY_HITS(
            "registry_proxy_hits_total",
            Type.COUNTER,
            "Those of them for which nothing had to be fetched from the upstream, or somebody else's"
                    + " transfer was joined",
            "type",
            "upstream_host"),
    PROXY_MISSES(
            "registry_proxy_misses_total",
            Type.COUNTER,
            "Those of them for which something was fetched",
            "type",
            "upstream_host"),
    PROXY_PULLED_BYTES(
            "registry_proxy_pulled_bytes_total",
            Type.COUNTER,
            "Bytes of blobs and manifests that came from the upstream",
            "type",
            "upstream_host"),
    PROXY_PUSHED_BYTES(
            "registry_proxy_pushed_bytes_total",
            Type.COUNTER,
            "Bytes of blobs and manifests that went to clients",
            "type",
            "upstream_host"),
    SAVED_BYTES(
            "tarn_saved_bytes_total",
            Type.COUNTER,
            "Bytes that went to clients without coming from the upstream for them",
            "type",
            "upstream_host"),
    ANSWER_DURATION(
            "tarn_answer_duration_seconds",
            Type.HISTOGRAM,
            "From a request to the last byte of its answer. `outcome`: hit, join, miss, revalidated,"
                    + " stale or failed; `status`: 2xx to 5xx",
            "kind",
            "outcome",
            "status",
            "upstream_host"),
    CUT_ANSWERS(
            "tarn_cut_answers_total",
            Type.COUNTER,
            "Answers that ended before their last byte: the client left, or the bytes did not come",
            "kind",
            "upstream_host"),
    DOWNLOAD_DURATION(
            "tarn_download_duration_seconds",
            Type.HISTOGRAM,
            "From the request that began a blob's download until it was verified and stored",
            "upstream_host"),
    FAILED_DOWNLOADS(
            "tarn_failed_downloads_total",
            Type.COUNTER,
            "Downloads that ended without a blob. `reason`: as for `result` of upstream answers,"
                    + " or store",
            "reason",
            "upstream_host"),
    RUNNING_DOWNLOADS(
            "tarn_running_downloads", Type.GAUGE, "Blobs that are on their way at this moment"),
    UPSTREAM_ANSWER_DURATION(
            "tarn_upstream_answer_duration_seconds",
            Type.HISTOGRAM,
            "From a question for an upstream, retries included, to its answer; of a blob, to the"
                    + " head of the answer. `result`: ok, unknown, refused, throttled, unreachable,"
                    + " silent, cut_off, broken, bad_answer, wrong_bytes or other",
            "kind",
            "result",
            "upstream_host"),
    STORE_BLOBS("tarn_store_blobs", Type.GAUGE, "Blobs that are stored whole"),
    STORE_BYTES("tarn_store_bytes", Type.GAUGE, "The size of those"),
    STORE_USED_BYTES(
            "tarn_store_used_bytes",
            Type.GAUGE,
            "What counts against the capacity: blobs, and what is held for those on their way"),
    STORE_CAPACITY_BYTES(
            "tarn_store_capacity_bytes", Type.GAUGE, "What the store may hold (storage.capacity)"),
    STORE_TROUBLE(
            "tarn_store_trouble",
            Type.GAUGE,
            "1 while something is wrong with the disk or the index (see /readyz), else 0"),
    EVICTED_BLOBS(
            "tarn_evicted_blobs_total",
            Type.COUNTER,
            "Blobs that went to make room, since the start"),
    EVICTED_BYTES("tarn_evicted_bytes_total", Type.COUNTER, "The size of those"),
    DAMAGED_BLOBS(
            "tarn_damaged_blobs_total",
            Type.COUNTER,
            "Stored files that were found damaged and set aside, since the start"),
    SCRUB_PROGRESS(
            "tarn_scrub_progress_ratio",
            Type.GAUGE,
            "How much of the store the present pass of the scrub has read and hashed, 0 to 1; 1"
                    + " between passes");

    /// What becomes of it on the page that Prometheus reads.
    public enum Type {
        COUNTER,
        GAUGE,
        HISTOGRAM
    }

    /// From a hit in memory to the largest layer over a slow link.
    private static final Duration[] BUCKETS = {
        Duration.ofNanos(250_000),
        Duration.ofMillis(1),
        Duration.ofMillis(5),
        Duration.ofMillis(25),
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofSeconds(1),
        Duration.ofMillis(2_500),
        Duration.ofSeconds(10),
        Duration.ofSeconds(30),
        Duration.ofSeconds(120),
        Duration.ofSeconds(600)
    };

    private final String text;
    private final Type type;
    private final String meaning;
    private final List<String> tags;

    Metric(String text, Type type, String meaning, String... tags) {
        this.text = text;
        this.type = type;
        this.meaning = meaning;
        this.tags = List.of(tags);
    }

    /// The name under which Prometheus sees it.
    public String text() {
        return text;
    }

    public Type type() {
        return type;
    }

    public String meaning() {
        return meaning;
    }

    public List<String> tags() {
        return tags;
    }

    /// @param values one for each tag
    Counter counter(MeterRegistry registry, String... values) {
        return Counter.builder(text).description(meaning).tags(tagged(values)).register(registry);
    }

    /// @param values one for each tag
    Timer timer(MeterRegistry registry, String... values) {
        return Timer.builder(text)
                .description(meaning)
                .tags(tagged(values))
                .serviceLevelObjectives(BUCKETS)
                .register(registry);
    }

    /// Asks for the number whenever somebody wants to know.
    void watch(MeterRegistry registry, DoubleSupplier number) {
        switch (type) {
            case GAUGE ->
                    Gauge.builder(text, number::getAsDouble)
                            .description(meaning)
                            .register(registry);
            case COUNTER ->
                    FunctionCounter.builder(text, number, DoubleSupplier::getAsDouble)
                            .description(meaning)
                            .register(registry);
            case HISTOGRAM -> throw new IllegalArgumentException(text + " is no single number");
        }
    }

    private Tags tagged(String... values) {
        if (values.length != tags.size()) {
            throw new IllegalArgumentException(text + " has the tags " + tags);
        }
        Tags tagged = Tags.empty();
        for (int i = 0; i < values.length; i++) {
            tagged = tagged.and(tags.get(i), values[i]);
        }
        return tagged;
    }
}
