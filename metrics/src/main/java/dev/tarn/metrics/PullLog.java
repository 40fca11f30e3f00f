package dev.tarn.metrics;

import dev.tarn.oci.Digest;
import dev.tarn.oci.RegistryException;
import dev.tarn.oci.RegistryHost;
import dev.tarn.pull.PullListener;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One line per answer and per download, `key=value`. Much of it was written by strangers, so a
/// value holds no control character, no line end of any kind, and no space that could start another
/// key.
public final class PullLog implements PullListener {

    private static final int VALUE_LENGTH_MAX = 256;
    private static final Logger LOG = LoggerFactory.getLogger(PullLog.class);

    private final Consumer<Supplier<String>> lines;

    public PullLog() {
        this(line -> LOG.atInfo().log(line));
    }

    /// @param lines takes each line, and need not ask for its text
    PullLog(Consumer<Supplier<String>> lines) {
        this.lines = lines;
    }

    @Override
    public void answered(Answered answer) {
        lines.accept(() ->
                ("event=answered kind=%s repository=%s reference=%s outcome=%s"
                                + " status=%d bytes=%d complete=%s ms=%d")
                        .formatted(
                                word(answer.kind()),
                                value(answer.repository()),
                                value(answer.reference()),
                                word(answer.outcome()),
                                answer.status(),
                                answer.bytes(),
                                answer.isComplete(),
                                answer.duration().toMillis()));
    }

    @Override
    public void downloaded(RegistryHost upstream, Digest digest, long bytes, Duration duration) {
        lines.accept(() ->
                "event=downloaded upstream=%s digest=%s bytes=%d ms=%d"
                        .formatted(value(upstream), value(digest), bytes, duration.toMillis()));
    }

    @Override
    public void downloadFailed(RegistryHost upstream, Digest digest, RegistryException failure) {
        lines.accept(() ->
                "event=download-failed upstream=%s digest=%s failure=%s text=\"%s\""
                        .formatted(
                                value(upstream),
                                value(digest),
                                failure.getClass().getSimpleName(),
                                text(String.valueOf(failure.getMessage()))));
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    /// A value without quotes: nothing that is not visible, and `-` for nothing.
    private static String value(Object value) {
        String text = text(value.toString()).replace(' ', '_');
        return text.isEmpty() ? "-" : text;
    }

    private static String text(String text) {
        StringBuilder clean = new StringBuilder();
        text.codePoints()
                .limit(VALUE_LENGTH_MAX)
                .map(c -> isPlain(c) ? c : '?')
                .forEach(clean::appendCodePoint);
        return clean.toString();
    }

    private static boolean isPlain(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED ->
                    false;
            default -> c != '"';
        };
    }
}
