package dev.tarn.upstream;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;

/// One way in which an answer of a `FakeRegistry` is not what it should be.
@FunctionalInterface
public interface Fault {

    void spoil(FakeAnswer answer);

    default Fault and(Fault other) {
        return answer -> {
            spoil(answer);
            other.spoil(answer);
        };
    }

    /// Waits before the head.
    static Fault latency(Duration latency) {
        return answer -> answer.latency = latency;
    }

    /// Sends the body no faster than this, on each connection.
    static Fault rate(long bytesPerSecond) {
        return answer -> answer.bytesPerSecond = bytesPerSecond;
    }

    /// Takes the request and never answers.
    static Fault hang() {
        return answer -> answer.isHanging = true;
    }

    /// Sends this much of the body and then nothing more.
    static Fault stallAfter(long bodyBytes) {
        return answer -> answer.stallAfter = bodyBytes;
    }

    /// Sends this much of the body and closes the connection.
    static Fault cutAfter(long bodyBytes) {
        return answer -> answer.endAfter = bodyBytes;
    }

    /// Sends this much of the body and resets the connection.
    static Fault resetAfter(long bodyBytes) {
        return answer -> {
            answer.endAfter = bodyBytes;
            answer.ending = FakeAnswer.Ending.RST;
        };
    }

    /// Closes the connection in the place of an answer.
    static Fault hangUp() {
        return raw(new byte[0]);
    }

    /// Sends these bytes in the place of an answer, and closes the connection.
    static Fault raw(byte[] bytes) {
        return answer -> answer.raw = bytes;
    }

    static Fault raw(String text) {
        return raw(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /// Other bytes, as many as there should be.
    static Fault wrongBytes() {
        return answer -> {
            byte[] body = answer.body();
            if (body.length > 0) {
                body[body.length / 2] ^= 1;
            }
            answer.replace(body);
        };
    }

    /// Fewer bytes, under a head that says so: it agrees with itself.
    static Fault shortBy(int bytes) {
        return answer -> answer.replace(resized(answer.body(), -bytes));
    }

    /// More bytes, under a head that says so.
    static Fault longBy(int bytes) {
        return answer -> answer.replace(resized(answer.body(), bytes));
    }

    private static byte[] resized(byte[] body, int more) {
        return Arrays.copyOf(body, Math.max(0, body.length + more));
    }

    /// Whatever the body's length is, the head says this.
    static Fault contentLength(long length) {
        return header("Content-Length", Long.toString(length));
    }

    /// `Content-Length` off by this much.
    static Fault contentLengthOffBy(long more) {
        return answer ->
                answer.with("Content-Length", Long.toString(answer.end - answer.start + more));
    }

    static Fault header(String name, String value) {
        return answer -> answer.with(name, value);
    }

    static Fault withoutHeader(String name) {
        return answer -> answer.headers.remove(name);
    }

    static Fault digestHeader(String value) {
        return header("Docker-Content-Digest", value);
    }

    static Fault contentRange(String value) {
        return header("Content-Range", value);
    }

    /// A body of another kind, with status 200 or whatever it is.
    static Fault body(String contentType, String text) {
        return answer -> {
            answer.replace(text.getBytes(StandardCharsets.UTF_8));
            answer.with("Content-Type", contentType);
        };
    }

    static Fault html() {
        return body("text/html", "<!DOCTYPE html><html><body>Please log in.</body></html>");
    }

    /// A chunked body, so without a length.
    static Fault chunked() {
        return answer -> answer.isChunked = true;
    }

    /// No length and no chunks: the body ends with the connection.
    static Fault untilClose() {
        return answer -> {
            answer.hasLength = false;
            answer.isClosing = true;
        };
    }

    /// Says `Connection: close` and does so after the answer.
    static Fault closing() {
        return answer -> answer.isClosing = true;
    }

    /// The whole blob with status 200, whatever range was asked for.
    static Fault ignoresRange() {
        return FakeAnswer::makeWhole;
    }

    static Fault status(int status) {
        return status(status, "UNKNOWN");
    }

    /// An error with an OCI error body.
    static Fault status(int status, String code) {
        return answer -> {
            FakeAnswer error = FakeAnswer.error(status, code);
            answer.status = status;
            answer.headers.clear();
            answer.headers.putAll(error.headers);
            answer.replace(error.content);
            answer.digest = null;
        };
    }

    /// 429, and when to come again.
    static Fault throttled(String retryAfter) {
        return status(429, "TOOMANYREQUESTS").and(header("Retry-After", retryAfter));
    }

    static Fault redirect(String location) {
        return redirect(307, location);
    }

    static Fault redirect(int status, String location) {
        return answer -> {
            status(status).spoil(answer);
            answer.replace(new byte[0]);
            answer.with("Location", location);
        };
    }

    /// That many `103 Early Hints` before the answer proper.
    static Fault informational(int count) {
        return answer -> answer.informational = count;
    }
}
