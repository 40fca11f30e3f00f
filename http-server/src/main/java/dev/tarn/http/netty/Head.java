package dev.tarn.http.netty;

import dev.tarn.http.ErrorResponse;
import dev.tarn.http.Handler;
import dev.tarn.http.Question;
import dev.tarn.http.Request;
import dev.tarn.http.RequestBody;
import dev.tarn.http.Response;
import dev.tarn.oci.ErrorCode;
import dev.tarn.oci.RegistryException.Malformed;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// The head of a request as it came off the wire: one to answer, or one to refuse. After a refusal
/// the connection closes, because nobody can say where the next request would begin.
sealed interface Head {

    /// The most that is kept of the headers that the handler looks at, together, while a request
    /// waits; beyond it 431. Clients send some hundred bytes.
    int KEPT_LENGTH_MAX = 4 << 10;

    /// The most that is kept of what a client calls itself.
    int AGENT_LENGTH_MAX = 256;

    /// A name for a request that somebody before us chose: nothing in it can mean anything to
    /// whoever reads it in a log.
    Pattern REQUEST_ID = Pattern.compile("[A-Za-z0-9._:-]{1,64}");

    /// One to answer.
    ///
    /// @param isPersistent whether the connection may be used again
    /// @param isHttp10 whether the client must be told so
    /// @param requestId by which the client knows it
    record Sound(
            Question question, boolean isPersistent, boolean isHttp10, Optional<String> requestId)
            implements Head {}

    /// One to refuse.
    record Refused(Question question) implements Head {
        Refused(Response response) {
            this(Question.settled(response));
        }

        @Override
        public boolean isPersistent() {
            return false;
        }

        @Override
        public boolean isHttp10() {
            return false;
        }

        @Override
        public Optional<String> requestId() {
            return Optional.empty();
        }
    }

    Question question();

    boolean isPersistent();

    boolean isHttp10();

    Optional<String> requestId();

    static Head refused(int status, String why) {
        return new Refused(ErrorResponse.of(status, ErrorCode.UNSUPPORTED, why));
    }

    static Head busy() {
        String why = "the mirror has all the requests it can take, or all it takes of one client";
        return new Refused(
                ErrorResponse.of(503, ErrorCode.TOOMANYREQUESTS, why).with("Retry-After", "1"));
    }

    /// What a request means.
    ///
    /// @param body what follows the head
    static Head of(HttpRequest message, RequestBody body, Handler handler) {
        if (message.decoderResult().isFailure()) {
            return refused(message.decoderResult().cause());
        }
        HttpHeaders headers = message.headers();
        HttpVersion version = message.protocolVersion();
        if (!version.equals(HttpVersion.HTTP_1_1) && !version.equals(HttpVersion.HTTP_1_0)) {
            return refused(400, "this server speaks HTTP/1.1");
        }
        // RFC 9112 §3.2: exactly one Host, and in HTTP/1.0 at most one
        List<String> hosts = headers.getAll(HttpHeaderNames.HOST);
        boolean mayLackHost = version.equals(HttpVersion.HTTP_1_0) && hosts.isEmpty();
        if (!mayLackHost && (hosts.size() != 1 || !isHost(hosts.getFirst()))) {
            return refused(400, "a request names one Host");
        }
        boolean isRead = isRead(message);
        if (isRead && headers.contains(HttpHeaderNames.TRANSFER_ENCODING)) {
            return refused(400, "a read has no body");
        }
        if (isRead && !headers.get(HttpHeaderNames.CONTENT_LENGTH, "0").equals("0")) {
            return refused(413, "a read has no body");
        }
        return sound(message, body, hosts.stream().findFirst(), handler);
    }

    static boolean isRead(HttpRequest message) {
        return message.method().equals(HttpMethod.GET) || message.method().equals(HttpMethod.HEAD);
    }

    private static Head sound(
            HttpRequest message, RequestBody body, Optional<String> host, Handler handler) {
        Optional<String> target = originForm(message.uri(), host.orElse(""));
        if (target.isEmpty()) {
            return refused(400, "the request target is not a path on this host");
        }
        Map<String, List<String>> kept = new HashMap<>();
        handler.headers().forEach(name -> kept.put(name, message.headers().getAll(name)));
        int keptLength =
                kept.values().stream().flatMap(List::stream).mapToInt(String::length).sum();
        if (keptLength > KEPT_LENGTH_MAX) {
            return refused(431, "the headers are too long");
        }
        String agent = message.headers().get(HttpHeaderNames.USER_AGENT, "");
        kept.put(
                "User-Agent",
                List.of(agent.substring(0, Math.min(agent.length(), AGENT_LENGTH_MAX))));
        try {
            return new Sound(
                    handler.understand(
                            Request.of(message.method().name(), target.get(), kept, body)),
                    // whether a body was read to its end nobody asks: the connection ends with the
                    // answer
                    isRead(message) && HttpUtil.isKeepAlive(message),
                    message.protocolVersion().equals(HttpVersion.HTTP_1_0),
                    Optional.ofNullable(message.headers().get("X-Request-Id"))
                            .filter(id -> REQUEST_ID.matcher(id).matches()));
        } catch (Malformed e) {
            return new Refused(ErrorResponse.of(e));
        }
    }

    /// RFC 9112 §3.2.2: absolute form is taken, but it and `Host` must not contradict one another.
    private static Optional<String> originForm(String target, String host) {
        if (target.startsWith("/")) {
            return Optional.of(target);
        }
        for (String scheme : List.of("http://", "https://")) {
            String authority = scheme + host;
            if (!host.isEmpty()
                    && target.regionMatches(true, 0, authority, 0, authority.length())
                    && target.startsWith("/", authority.length())) {
                return Optional.of(target.substring(authority.length()));
            }
        }
        return Optional.empty();
    }

    private static boolean isHost(String text) {
        return !text.isEmpty()
                && text.length() <= 255
                && text.chars()
                        .allMatch(c ->
                                (c >= 'a' && c <= 'z')
                                        || (c >= 'A' && c <= 'Z')
                                        || (c >= '0' && c <= '9')
                                        || ".-_:[]".indexOf(c) >= 0);
    }

    private static Head refused(Throwable cause) {
        return switch (cause) {
            case TooLongHttpLineException _ -> refused(414, "the request line is too long");
            case TooLongHttpHeaderException _ -> refused(431, "the headers are too long");
            default -> refused(400, "this is not an HTTP request");
        };
    }
}
