package dev.tarn.upstream;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/// An absolute http(s) address that was given to us by a stranger, or by the user. Read by hand and
/// strictly: what programs read differently (user names, backslashes, escapes or spaces in the
/// host) is refused. Prints without path and query, because a presigned address is a credential.
///
/// @param target path and query, as they go into the request line
record Url(Origin origin, String target) {

    /// As long as the longest line that we send or take.
    static final int LENGTH_MAX = 8 << 10;

    static Url parse(String text) {
        if (text.length() > LENGTH_MAX || !text.chars().allMatch(Url::isPlain)) {
            throw new IllegalArgumentException("not a plainly written address");
        }
        Origin.Scheme scheme;
        if (text.regionMatches(true, 0, "https://", 0, 8)) {
            scheme = Origin.Scheme.HTTPS;
        } else if (text.regionMatches(true, 0, "http://", 0, 7)) {
            scheme = Origin.Scheme.HTTP;
        } else {
            throw new IllegalArgumentException("not an http address");
        }
        int authorityStart = text.indexOf("//") + 2;
        int authorityEnd = authorityStart;
        while (authorityEnd < text.length() && "/?#".indexOf(text.charAt(authorityEnd)) < 0) {
            authorityEnd++;
        }
        Origin origin = origin(scheme, text.substring(authorityStart, authorityEnd));
        return new Url(origin, target(text.substring(authorityEnd)));
    }

    /// Where a `Location` leads from here (RFC 3986 §5), as far as redirects use it.
    Url resolve(String location) {
        if (location.startsWith("//")) {
            return parse((origin.isSecure() ? "https:" : "http:") + location);
        }
        if (location.startsWith("/")) {
            return parse(origin + location);
        }
        if (location.indexOf("://") >= 0 || location.isEmpty()) {
            return parse(location);
        }
        throw new IllegalArgumentException("not an absolute address or path");
    }

    /// The same place with more in its query.
    Url withQuery(String query) {
        return new Url(origin, target + (target.indexOf('?') < 0 ? "?" : "&") + query);
    }

    /// The query with its question mark; empty for no parameters.
    static String query(Map<String, String> parameters) {
        List<String> pairs =
                parameters.entrySet().stream()
                        .map(e -> encoded(e.getKey()) + "=" + encoded(e.getValue()))
                        .toList();
        return pairs.isEmpty() ? "" : "?" + String.join("&", pairs);
    }

    /// One name or value of a query.
    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static Origin origin(Origin.Scheme scheme, String authority) {
        boolean isBracketed = authority.startsWith("[");
        int hostEnd = isBracketed ? authority.indexOf(']') + 1 : authority.indexOf(':');
        if (hostEnd < 0) {
            hostEnd = authority.length();
        }
        if (isBracketed && hostEnd < 3) {
            throw new IllegalArgumentException("not a plainly written host");
        }
        String host =
                isBracketed ? authority.substring(1, hostEnd - 1) : authority.substring(0, hostEnd);
        if (isBracketed != (host.indexOf(':') >= 0)) {
            throw new IllegalArgumentException("not a plainly written host");
        }
        String rest = authority.substring(hostEnd);
        int port = rest.isEmpty() ? scheme.port() : port(rest);
        return new Origin(scheme, new Host(host), port);
    }

    private static int port(String rest) {
        String digits = rest.substring(1);
        boolean isPort =
                rest.charAt(0) == ':'
                        && !digits.isEmpty()
                        && digits.length() <= 5
                        && digits.charAt(0) != '0'
                        && digits.chars().allMatch(c -> c >= '0' && c <= '9');
        if (!isPort) {
            throw new IllegalArgumentException("not a port");
        }
        return Integer.parseInt(digits);
    }

    private static String target(String text) {
        int hash = text.indexOf('#');
        String target = hash < 0 ? text : text.substring(0, hash);
        return target.startsWith("/") ? target : "/" + target;
    }

    private static boolean isPlain(int c) {
        return c > ' ' && c < 0x7f && c != '\\' && c != '"' && c != '<' && c != '>';
    }

    @Override
    public String toString() {
        return origin.toString();
    }
}
