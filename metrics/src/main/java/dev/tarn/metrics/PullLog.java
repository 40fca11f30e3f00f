package dev.tarn.metrics;

import dev.tarn.oci.Digest;
import dev.tarn.oci.RegistryException;
import dev.tarn.oci.RegistryHost;
import dev.tarn.pull.PullListener;
import dev.tarn.report.ImagePull;
import dev.tarn.report.Reason;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/// One line per answer, per download and per image pull. Much of it was written by strangers, so a
/// value holds no control character and no line end of any kind, and in text no space that could
/// start another key.
public final class PullLog implements PullListener {

    private static final int VALUE_LENGTH_MAX = 256;
    private static final Logger LOG = LoggerFactory.getLogger(PullLog.class);

    private final LogStyle style;
    private final Logger log;

    public PullLog(LogStyle style) {
        this(style, LOG);
    }

    PullLog(LogStyle style, Logger log) {
        this.style = style;
        this.log = log;
    }

    @Override
    public void answered(Answered answer) {
        if (!log.isInfoEnabled()) {
            return;
        }
        Asking asking = answer.asking();
        Map<LogField, Object> line = new EnumMap<>(LogField.class);
        line.put(LogField.REQUEST, asking.requestId());
        client(line, asking.client());
        line.put(LogField.KIND, PullMetrics.word(asking.kind()));
        line.put(LogField.METHOD, asking.isHead() ? "HEAD" : "GET");
        line.put(LogField.UPSTREAM, asking.repository().host());
        line.put(LogField.REPOSITORY, asking.repository().name());
        line.put(LogField.REFERENCE, asking.reference());
        answer.answering().digest().ifPresent(digest -> line.put(LogField.DIGEST, digest));
        line.put(LogField.OUTCOME, PullMetrics.word(answer.outcome()));
        line.put(LogField.STATUS, answer.status());
        line.put(LogField.BYTES, answer.bytes());
        line.put(LogField.END, PullMetrics.word(answer.end()));
        line.put(LogField.FIRST_BYTE_MS, answer.timing().firstByte() / 1e6);
        line.put(LogField.MS, answer.timing().total() / 1e6);
        answer.failure().ifPresent(why -> failure(line, Reason.of(why), why.getMessage()));
        write("answered", line);
    }

    private static void client(Map<LogField, Object> line, Client client) {
        line.put(LogField.CLIENT, client.address());
        line.put(LogField.AGENT, client.agent());
    }

    private static void failure(Map<LogField, Object> line, Reason reason, @Nullable String text) {
        line.put(LogField.REASON, reason.word());
        line.put(LogField.TEXT, String.valueOf(text));
    }

    @Override
    public void downloaded(RegistryHost upstream, Digest digest, long bytes, Duration duration) {
        Map<LogField, Object> line = new EnumMap<>(LogField.class);
        line.put(LogField.UPSTREAM, upstream);
        line.put(LogField.DIGEST, digest);
        line.put(LogField.BYTES, bytes);
        line.put(LogField.MS, duration.toNanos() / 1e6);
        write("downloaded", line);
    }

    @Override
    public void downloadFailed(RegistryHost upstream, Digest digest, RegistryException failure) {
        Map<LogField, Object> line = new EnumMap<>(LogField.class);
        line.put(LogField.UPSTREAM, upstream);
        line.put(LogField.DIGEST, digest);
        failure(line, Reason.of(failure), failure.getMessage());
        write("download-failed", line);
    }

    /// An image pull has ended.
    public void ended(ImagePull pull) {
        Map<LogField, Object> line = new EnumMap<>(LogField.class);
        client(line, pull.client());
        line.put(LogField.UPSTREAM, pull.repository().host());
        line.put(LogField.REPOSITORY, pull.repository().name());
        line.put(LogField.REFERENCE, pull.reference());
        pull.digest().ifPresent(digest -> line.put(LogField.DIGEST, digest));
        line.put(LogField.OUTCOME, PullMetrics.word(pull.state()));
        line.put(LogField.BYTES, pull.bytes().all());
        line.put(LogField.CACHED_BYTES, pull.bytes().cached());
        line.put(LogField.JOINED_BYTES, pull.bytes().joined());
        line.put(LogField.UPSTREAM_BYTES, pull.bytes().upstream());
        line.put(LogField.MS, pull.duration().toNanos() / 1e6);
        pull.slowedBy().ifPresent(by -> line.put(LogField.SLOWED_BY, PullMetrics.word(by)));
        pull.reason().ifPresent(why -> failure(line, why.reason(), why.text()));
        write("image-pull", line);
    }

    private void write(String event, Map<LogField, Object> line) {
        switch (style) {
            case TEXT -> log.atInfo().log(() -> text(event, line));
            case JSON, LOGSTASH -> {
                LoggingEventBuilder builder = log.atInfo();
                builder = builder.addKeyValue(name(LogField.EVENT), event);
                for (Map.Entry<LogField, Object> entry : line.entrySet()) {
                    builder = builder.addKeyValue(name(entry.getKey()), plain(entry.getValue()));
                }
                builder.log(event);
            }
        }
    }

    private String name(LogField field) {
        return style == LogStyle.LOGSTASH ? field.ecs() : field.text();
    }

    private static Object plain(Object value) {
        return value instanceof Number ? value : clean(value.toString());
    }

    private static String text(String event, Map<LogField, Object> line) {
        StringBuilder text = new StringBuilder(320);
        text.append(LogField.EVENT.text()).append('=').append(event);
        line.forEach((field, value) -> {
            text.append(' ').append(field.text()).append('=');
            switch (value) {
                case Double number -> text.append(String.format(Locale.ROOT, "%.3f", number));
                case Number number -> text.append(number);
                default -> text.append(word(clean(value.toString()), field));
            }
        });
        return text.toString();
    }

    /// What is not in quotes has no space, and is not nothing.
    private static String word(String value, LogField field) {
        return switch (field) {
            case TEXT -> '"' + value + '"';
            default -> value.isEmpty() ? "-" : value.replace(' ', '_');
        };
    }

    private static String clean(String text) {
        StringBuilder clean = new StringBuilder(Math.min(text.length(), VALUE_LENGTH_MAX));
        text.codePoints()
                .limit(VALUE_LENGTH_MAX)
                .map(c -> isPlain(c) ? c : '?')
                .forEach(clean::appendCodePoint);
        return clean.toString();
    }

    private static boolean isPlain(int c) {
        if (c >= ' ' && c < 0x7f) {
            return c != '"';
        }
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED ->
                    false;
            default -> true;
        };
    }
}
