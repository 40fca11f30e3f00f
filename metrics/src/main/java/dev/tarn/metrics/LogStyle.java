package dev.tarn.metrics;

/// How a line of the log is written (log.formatter).
public enum LogStyle {
    /// For people: `key=value`.
    TEXT,
    /// One flat JSON object.
    JSON,
    /// The same, by the names of the Elastic Common Schema, as Filebeat and Logstash like it.
    LOGSTASH
}
