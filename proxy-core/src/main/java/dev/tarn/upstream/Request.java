package dev.tarn.upstream;

import dev.tarn.oci.Secret;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// What is asked, wherever it is asked.
record Request(HttpMethod method, Map<String, String> headers, Optional<Secret> authorization) {

    static Request get(Map<String, String> headers) {
        return new Request(HttpMethod.GET, headers, Optional.empty());
    }

    static Request head(Map<String, String> headers) {
        return new Request(HttpMethod.HEAD, headers, Optional.empty());
    }

    boolean isHead() {
        return method.equals(HttpMethod.HEAD);
    }

    Request with(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new Request(method, more, authorization);
    }

    Request authorizedBy(Optional<Secret> secret) {
        return new Request(method, headers, secret);
    }

    HttpRequest toNetty(Url url) {
        HttpRequest request =
                new DefaultFullHttpRequest(
                        HttpVersion.HTTP_1_1, method, url.target(), Unpooled.EMPTY_BUFFER);
        request.headers()
                .set(HttpHeaderNames.HOST, url.origin().authority())
                .set(HttpHeaderNames.USER_AGENT, "tarn")
                .set(HttpHeaderNames.ACCEPT_ENCODING, "identity");
        headers.forEach(request.headers()::set);
        authorization.ifPresent(
                secret -> request.headers().set(HttpHeaderNames.AUTHORIZATION, secret.reveal()));
        return request;
    }
}
