package dev.tarn.http;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// A request as the registry sees it, without a socket. The path is raw: nothing in it is decoded.
///
/// @param headers by name, in any case
/// @param body what follows the head, for whoever wants it
public record Request(
        String method,
        String path,
        Query query,
        Map<String, List<String>> headers,
        RequestBody body) {

    public Request {
        TreeMap<String, List<String>> byName = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        headers.forEach((name, values) -> byName.put(name, List.copyOf(values)));
        headers = byName;
    }

    /// Splits a target in origin form, `/v2/…?…`; refuses a query that cannot be decoded.
    public static Request of(String method, String target, Map<String, List<String>> headers) {
        return of(method, target, headers, RequestBody.NONE);
    }

    public static Request of(
            String method, String target, Map<String, List<String>> headers, RequestBody body) {
        int mark = target.indexOf('?');
        return mark < 0
                ? new Request(method, target, Query.NONE, headers, body)
                : new Request(
                        method,
                        target.substring(0, mark),
                        Query.parse(target.substring(mark + 1)),
                        headers,
                        body);
    }

    public boolean isHead() {
        return method.equals("HEAD");
    }

    /// All values of a header, in order; none where it is absent.
    public List<String> headers(String name) {
        return headers.getOrDefault(name, List.of());
    }

    /// The value of a header that is there once; one that is repeated means nothing.
    public Optional<String> header(String name) {
        List<String> values = headers(name);
        return values.size() == 1 ? Optional.of(values.getFirst()) : Optional.empty();
    }
}
