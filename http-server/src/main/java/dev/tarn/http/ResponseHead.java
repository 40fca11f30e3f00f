package dev.tarn.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// The status line and the headers of a response. It never changes, so it is put into the form in
/// which it is sent only once, however often that is.
public final class ResponseHead {

    private final int status;
    private final SequencedMap<String, String> headers;
    private volatile byte @Nullable [] encoded;

    private ResponseHead(int status, SequencedMap<String, String> headers) {
        this.status = status;
        this.headers = headers;
    }

    static ResponseHead of(int status) {
        return new ResponseHead(
                status, Collections.unmodifiableSequencedMap(new LinkedHashMap<>()));
    }

    ResponseHead with(String name, String value) {
        if (!isText(name) || !isText(value)) {
            throw new IllegalArgumentException("not a header: " + name);
        }
        SequencedMap<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new ResponseHead(status, Collections.unmodifiableSequencedMap(more));
    }

    public int status() {
        return status;
    }

    /// In the order in which they are written; `Content-Length` is among them.
    public SequencedMap<String, String> headers() {
        return headers;
    }

    /// As it goes over the wire (RFC 9112 §4), but for the empty line at its end: further headers
    /// may follow. Not to be changed.
    public byte[] encoded() {
        byte[] bytes = encoded;
        if (bytes == null) {
            StringBuilder text = new StringBuilder(512);
            text.append("HTTP/1.1 ").append(status).append(' ').append(reason(status));
            headers.forEach(
                    (name, value) -> text.append("\r\n").append(name).append(": ").append(value));
            bytes = text.append("\r\n").toString().getBytes(ISO_8859_1);
            encoded = bytes;
        }
        return bytes;
    }

    /// Whether nothing in it ends a line, or is lost in ISO 8859-1.
    private static boolean isText(String text) {
        return text.chars().allMatch(c -> c == '\t' || (c >= ' ' && c != 0x7f && c <= 0xff));
    }

    /// RFC 9110 §15; a reason may be missing (RFC 9112 §4).
    private static String reason(int status) {
        return switch (status) {
            case 200 -> "OK";
            case 206 -> "Partial Content";
            case 304 -> "Not Modified";
            case 400 -> "Bad Request";
            case 401 -> "Unauthorized";
            case 403 -> "Forbidden";
            case 404 -> "Not Found";
            case 405 -> "Method Not Allowed";
            case 408 -> "Request Timeout";
            case 413 -> "Content Too Large";
            case 414 -> "URI Too Long";
            case 416 -> "Range Not Satisfiable";
            case 431 -> "Request Header Fields Too Large";
            case 500 -> "Internal Server Error";
            case 502 -> "Bad Gateway";
            case 503 -> "Service Unavailable";
            case 504 -> "Gateway Timeout";
            default -> "";
        };
    }
}
