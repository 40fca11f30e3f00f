package dev.tarn.upstream;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/// One request as a `FakeRegistry` received it.
///
/// @param connection which of the registry's connections it came on, counted from 1
/// @param headers by name, in any case
public record FakeRequest(
        int connection, String method, String target, Map<String, List<String>> headers) {

    /// Those whose path contains `part`.
    public static Predicate<FakeRequest> path(String part) {
        return request -> request.path().contains(part);
    }

    /// Those with this method whose path contains `part`.
    public static Predicate<FakeRequest> of(String method, String part) {
        return request -> request.method().equals(method) && request.path().contains(part);
    }

    public String path() {
        int question = target.indexOf('?');
        return question < 0 ? target : target.substring(0, question);
    }

    public Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name)).map(List::getFirst);
    }

    /// The query's parameters, decoded; of one that occurs twice, the last.
    public Map<String, String> query() {
        Map<String, String> query = new LinkedHashMap<>();
        int question = target.indexOf('?');
        if (question >= 0) {
            for (String pair : target.substring(question + 1).split("&", -1)) {
                int equals = pair.indexOf('=');
                String name = equals < 0 ? pair : pair.substring(0, equals);
                String value = equals < 0 ? "" : pair.substring(equals + 1);
                query.put(decoded(name), decoded(value));
            }
        }
        return query;
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return method + " " + target + " on connection " + connection;
    }
}
