package dev.tarn.cli;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What a client got for a request, as it came off the wire.
public final class Answer {

    private final int status;
    private final Map<String, List<String>> headers;
    private final byte[] body;
    private final long bodyBytes;
    private final boolean isComplete;
    private final Duration duration;

    Answer(
            int status,
            Map<String, List<String>> headers,
            long bodyBytes,
            boolean isComplete,
            Duration duration) {
        this(status, headers, new byte[0], bodyBytes, isComplete, duration);
    }

    private Answer(
            int status,
            Map<String, List<String>> headers,
            byte[] body,
            long bodyBytes,
            boolean isComplete,
            Duration duration) {
        this.status = status;
        this.headers = headers;
        this.body = body;
        this.bodyBytes = bodyBytes;
        this.isComplete = isComplete;
        this.duration = duration;
    }

    Answer with(byte[] body) {
        return new Answer(status, headers, body, bodyBytes, isComplete, duration);
    }

    /// 0 where the connection was closed in the place of an answer.
    public int status() {
        return status;
    }

    /// The header, which may occur once.
    public Optional<String> header(String name) {
        List<String> values = headers.getOrDefault(name, List.of());
        if (values.size() > 1) {
            throw new AssertionError(name + " occurs more than once: " + values);
        }
        return values.stream().findFirst();
    }

    /// Empty where it was streamed.
    public byte[] body() {
        return body;
    }

    public String text() {
        return new String(body, StandardCharsets.UTF_8);
    }

    public long bodyBytes() {
        return bodyBytes;
    }

    /// Whether exactly as many bytes arrived as were announced, and then a clean end.
    public boolean isComplete() {
        return isComplete;
    }

    /// From before the connection to after its end.
    public Duration duration() {
        return duration;
    }

    @Override
    public String toString() {
        return status
                + " "
                + headers
                + ", "
                + bodyBytes
                + " bytes"
                + (isComplete ? "" : ", broken");
    }
}
