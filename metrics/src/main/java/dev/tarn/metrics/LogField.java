package dev.tarn.metrics;

/// Every field that a line about a pull can have.
public enum LogField {
    EVENT(
            "event",
            "event.action",
            "what happened: answered, downloaded, download-failed or image-pull"),
    REQUEST("request", "http.request.id", "the request, as in `X-Request-Id`"),
    CLIENT("client", "client.address", "the client's address"),
    AGENT("agent", "user_agent.original", "what the client calls itself"),
    KIND("kind", "tarn.kind", "manifest, blob, tags or referrers"),
    METHOD("method", "http.request.method", "GET or HEAD"),
    UPSTREAM("upstream", "tarn.upstream", "the registry, by its name in the configuration"),
    REPOSITORY("repository", "tarn.repository", "the repository there"),
    REFERENCE("reference", "tarn.reference", "the tag or digest that was asked for"),
    DIGEST("digest", "tarn.digest", "of the content"),
    OUTCOME(
            "outcome",
            "tarn.outcome",
            "hit, join, miss, revalidated, stale or failed; of an image pull complete, partial, left or"
                    + " failed"),
    STATUS("status", "http.response.status_code", "the HTTP status"),
    BYTES("bytes", "http.response.body.bytes", "of bodies that left or came"),
    CACHED_BYTES("cached_bytes", "tarn.cached_bytes", "those of an image pull that were here"),
    JOINED_BYTES("joined_bytes", "tarn.joined_bytes", "those of a transfer that was joined"),
    UPSTREAM_BYTES("upstream_bytes", "tarn.upstream_bytes", "those that were fetched for it"),
    END("end", "tarn.end", "whole, left (the client went away) or broken (the bytes did not come)"),
    FIRST_BYTE_MS("first_byte_ms", "tarn.first_byte_ms", "milliseconds to the first byte"),
    MS("ms", "tarn.ms", "milliseconds in all"),
    SLOWED_BY("slowed_by", "tarn.slowed_by", "upstream, token, client or disk, where it was slow"),
    REASON("reason", "error.code", "why it failed, in one word"),
    TEXT("text", "error.message", "why it failed, in words");

    private final String text;
    private final String ecs;
    private final String meaning;

    LogField(String text, String ecs, String meaning) {
        this.text = text;
        this.ecs = ecs;
        this.meaning = meaning;
    }

    /// Its name in lines for people, and in plain JSON.
    public String text() {
        return text;
    }

    /// Its name in the Elastic Common Schema, or beside it.
    public String ecs() {
        return ecs;
    }

    public String meaning() {
        return meaning;
    }
}
