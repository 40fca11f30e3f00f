package dev.tarn.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
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
    IMAGE_PULLS(
            "docker_image_pulls_total",
            Type.COUNTER,
            "Pulls of whole images: a client's request for a manifest and for the blobs of it that"
                    + " the same client then took",
            "upstream_host"),
    IMAGE_PULLS_FAILED(
            "docker_image_pulls_failed_total",
            Type.COUNTER,
            "Those of them that ended without what the client asked for",
            "upstream_host"),
    IMAGES_PUSHED(
            "docker_images_pushed_total",
            Type.COUNTER,
            "Tags that were pushed to upstreams, as far as those told (POST /api/v1/events)"),
    PUSH_EVENTS(
            "tarn_push_events_total",
            Type.COUNTER,
            "What registries told of pushes. `result`: taken, ignored (about nothing that is mirrored"
                    + " here), malformed or refused (the secret was wrong or missing)",
            "result"),
    IMAGE_PULL_DURATION(
            "tarn_image_pull_duration_seconds",
            Type.HISTOGRAM,
            "From a client's first request for an image to the last byte of it. `outcome`: complete,"
                    + " partial (the client has the rest), left or failed; `warmth`: cold (fetched"
                    + " for it), mixed or warm (all was here, or joined)",
            "outcome",
            "upstream_host",
            "warmth"),
    SLOWED_IMAGE_PULLS(
            "tarn_slowed_image_pulls_total",
            Type.COUNTER,
            "Image pulls that took half a second or more, by what took most of it. `by`: upstream,"
                    + " token, client or disk",
            "by",
            "upstream_host"),
    RUNNING_IMAGE_PULLS(
            "tarn_running_image_pulls", Type.GAUGE, "Image pulls that go on at this moment"),
    SAVED_BYTES(
            "tarn_saved_bytes_total",
            Type.COUNTER,
            "Bytes that went to clients in answers that count as hits",
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
    FIRST_BYTE_DURATION(
            "tarn_blob_first_byte_seconds",
            Type.HISTOGRAM,
            "From a request for a blob to the first byte of its answer; other answers leave at once",
            "outcome",
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
    RETRIED_PARTS(
            "tarn_retried_parts_total",
            Type.COUNTER,
            "Parts of blobs that did not come, and were asked for again. `reason`: as for failed"
                    + " downloads",
            "reason",
            "upstream_host"),
    RUNNING_DOWNLOADS(
            "tarn_running_downloads", Type.GAUGE, "Blobs that are on their way at this moment"),
    UPSTREAM_ANSWER_DURATION(
            "tarn_upstream_answer_duration_seconds",
            Type.HISTOGRAM,
            "From a question for an upstream, retries included, to its answer; of a blob, to the"
                    + " head of the answer. `result`: ok, unknown, refused, throttled, left_alone,"
                    + " unreachable, silent, cut_off, broken, bad_answer, wrong_bytes or other",
            "kind",
            "result",
            "upstream_host"),
    UPSTREAM_UP(
            "tarn_upstream_up",
            Type.GAUGE,
            "0 while all addresses of an upstream are left alone because they failed, else 1",
            "upstream_host"),
    OPEN_BREAKERS(
            "tarn_upstream_open_breakers",
            Type.GAUGE,
            "How many addresses of an upstream are left alone at the moment",
            "upstream_host"),
    RATE_LIMIT(
            "tarn_upstream_rate_limit",
            Type.GAUGE,
            "How many pulls an upstream permits in its window; NaN where it does not say",
            "upstream_host"),
    RATE_LIMIT_REMAINING(
            "tarn_upstream_rate_limit_remaining",
            Type.GAUGE,
            "How many of those are left; NaN where it does not say",
            "upstream_host"),
    TOKEN_TIME(
            "tarn_upstream_token_seconds_total",
            Type.COUNTER,
            "Time spent in asking for tokens",
            "upstream_host"),
    JOB_IMAGES(
            "tarn_job_images_total",
            Type.COUNTER,
            "Images that the mirror pulled of itself, for one platform each. `kind`: check, prewarm or"
                    + " push; `name`: as in the configuration; `result`: ok, slow, mismatch, missing"
                    + " or failed",
            "kind",
            "name",
            "result"),
    JOB_PULL_DURATION(
            "tarn_job_pull_duration_seconds",
            Type.HISTOGRAM,
            "How long those of them took that came",
            "kind",
            "name"),
    JOB_SUCCESS(
            "tarn_job_last_success_seconds",
            Type.GAUGE,
            "When a check or prewarm last had all its images as they should be, in seconds since 1970;"
                    + " NaN until it has",
            "kind",
            "name"),
    RUNNING_ANSWERS(
            "tarn_running_answers", Type.GAUGE, "Answers to clients that go on at this moment"),
    CLIENT_CONNECTIONS(
            "tarn_client_connections", Type.GAUGE, "Connections of clients that are open"),
    TURNED_AWAY(
            "tarn_turned_away_total",
            Type.COUNTER,
            "Connections and requests that were turned away, since the start. `limit`, where it was"
                    + " reached: connections, connections_per_client, requests_per_client,"
                    + " unfinished_heads or descriptors",
            "limit"),
    EVENT_LOOP_LAG(
            "tarn_event_loop_lag_seconds",
            Type.GAUGE,
            "How much later than planned an event loop came to a task, at worst in the last seconds"),
    CERTIFICATE_END(
            "tarn_certificate_not_after_seconds",
            Type.GAUGE,
            "When the certificate that clients see ends, in seconds since 1970; NaN without TLS"),
    INDEX_BYTES("tarn_index_bytes", Type.GAUGE, "What the index (RocksDB) takes up on the disk"),
    INDEX_MEMORY_BYTES(
            "tarn_index_memory_bytes",
            Type.GAUGE,
            "What tables and filters of the index take up in memory, without its block cache"),
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
    CONFIG_GOOD(
            "tarn_config_last_reload_successful",
            Type.GAUGE,
            "1 if the configuration was in order when it was last read; where it is 0, the one"
                    + " before is in force"),
    EVICTED_BLOBS(
            "tarn_evicted_blobs_total",
            Type.COUNTER,
            "Blobs that went to make room, since the start. `reason`: capacity (of the store), or"
                    + " disk_full",
            "reason"),
    EVICTED_BYTES("tarn_evicted_bytes_total", Type.COUNTER, "The size of those", "reason"),
    DAMAGED_BLOBS(
            "tarn_damaged_blobs_total",
            Type.COUNTER,
            "Stored files that were found damaged and set aside, since the start"),
    SCRUB_PROGRESS(
            "tarn_scrub_progress_ratio",
            Type.GAUGE,
            "How much of the store the present pass of the scrub has read and hashed, 0 to 1; 1"
                    + " between passes"),
    BUILD_INFO("tarn_build_info", Type.GAUGE, "1, with the version that runs", "version");

    /// The tag that names a registry as the configuration does.
    static final String UPSTREAM_HOST = "upstream_host";

    /// What becomes of it on the page that Prometheus reads.
    public enum Type {
        COUNTER,
        GAUGE,
        HISTOGRAM
    }

    /// What takes a person's time: whole images, and blobs over the link.
    private static final Set<Metric> LONG =
            EnumSet.of(IMAGE_PULL_DURATION, DOWNLOAD_DURATION, JOB_PULL_DURATION);

    private static final Duration[] LONG_BUCKETS = {
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofMillis(2_500),
        Duration.ofSeconds(5),
        Duration.ofSeconds(10),
        Duration.ofSeconds(20),
        Duration.ofSeconds(30),
        Duration.ofSeconds(60),
        Duration.ofSeconds(120),
        Duration.ofSeconds(300),
        Duration.ofSeconds(600)
    };

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
                .serviceLevelObjectives(LONG.contains(this) ? LONG_BUCKETS : BUCKETS)
                .register(registry);
    }

    /// Asks for the number whenever somebody wants to know.
    ///
    /// @param values one for each tag
    void watch(MeterRegistry registry, DoubleSupplier number, String... values) {
        switch (type) {
            case GAUGE ->
                    Gauge.builder(gaugeName(), number::getAsDouble)
                            .description(meaning)
                            .tags(tagged(values))
                            .register(registry);
            case COUNTER ->
                    // the registry would let go of what it asks, were it not itself that
                    FunctionCounter.builder(text, registry, _ -> number.getAsDouble())
                            .description(meaning)
                            .tags(tagged(values))
                            .register(registry);
            case HISTOGRAM -> throw new IllegalArgumentException(text + " is no single number");
        }
    }

    /// Of a gauge whose name ends in `_info`, Micrometer cuts that off, but not of one in `.info`,
    /// and then writes the name as it should be.
    private String gaugeName() {
        return text.replaceFirst("_info$", ".info");
    }

    Tags tagged(String... values) {
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
