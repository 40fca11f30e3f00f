package dev.tarn.upstream;

import dev.tarn.oci.ContentRange;
import dev.tarn.oci.Digest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// One answer of a `FakeRegistry`: right when it is made, and then whatever the faults make of it.
public final class FakeAnswer {

    /// How a connection ends.
    enum Ending {
        FIN,
        RST
    }

    static final long NEVER = Long.MAX_VALUE;

    int status;
    final Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

    /// All that could be sent; the body is the part of it from `start` to `end`.
    byte[] content;

    int start;
    int end;
    @Nullable Digest digest;

    Duration latency = Duration.ZERO;
    boolean isHanging;
    int informational;
    boolean isChunked;
    boolean isClosing;
    boolean hasLength = true;
    long bytesPerSecond = NEVER;
    long stallAfter = NEVER;
    long endAfter = NEVER;
    Ending ending = Ending.FIN;
    byte @Nullable [] raw;

    FakeAnswer(int status, String contentType, byte[] content) {
        this.status = status;
        this.content = content;
        this.end = content.length;
        headers.put("Content-Type", contentType);
    }

    static FakeAnswer json(int status, String body) {
        return new FakeAnswer(status, "application/json", body.getBytes(StandardCharsets.UTF_8));
    }

    static FakeAnswer error(int status, String code) {
        return json(
                status, "{\"errors\":[{\"code\":\"" + code + "\",\"message\":\"says the fake\"}]}");
    }

    FakeAnswer with(String name, String value) {
        headers.put(name, value);
        return this;
    }

    FakeAnswer named(Digest digest) {
        this.digest = digest;
        return with("Docker-Content-Digest", digest.toString());
    }

    /// Only this part of the content, as the answer to a range that was asked for.
    FakeAnswer part(ContentRange range) {
        status = 206;
        start = Math.toIntExact(range.start());
        end = Math.toIntExact(range.end());
        return with("Content-Range", range.header());
    }

    /// Everything, whatever part was asked for.
    void makeWhole() {
        if (status == 206 || status == 416) {
            status = 200;
            start = 0;
            end = content.length;
            headers.remove("Content-Range");
        }
    }

    /// Another body in the place of this one.
    void replace(byte[] body) {
        content = body;
        start = 0;
        end = body.length;
    }

    byte[] body() {
        return Arrays.copyOfRange(content, start, end);
    }

    /// The head as it goes out, with the empty line at its end.
    byte[] head() {
        StringBuilder head = new StringBuilder(512);
        head.append("HTTP/1.1 ").append(status).append(" Fake\r\n");
        if (isChunked) {
            headers.put("Transfer-Encoding", "chunked");
        } else if (hasLength) {
            headers.putIfAbsent("Content-Length", Integer.toString(end - start));
        }
        if (isClosing) {
            headers.put("Connection", "close");
        }
        headers.forEach(
                (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        return head.append("\r\n").toString().getBytes(StandardCharsets.UTF_8);
    }
}
