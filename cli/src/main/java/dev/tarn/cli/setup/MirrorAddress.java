package dev.tarn.cli.setup;

import java.net.URI;
import java.util.Optional;
import java.util.regex.Pattern;

/// The mirror as its clients see it.
///
/// @param url without a path
/// @param host with its port, if it has one
public record MirrorAddress(String url, String host) {

    private static final Pattern LOOPBACK =
            Pattern.compile("(localhost|127\\.\\d+\\.\\d+\\.\\d+|\\[::1])(:\\d+)?");

    /// Empty where clients could not use it: all of them want nothing but a scheme and a host.
    public static Optional<MirrorAddress> of(URI uri) {
        boolean isHttp = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
        String host = uri.getHost();
        String path = uri.getRawPath();
        boolean isBare =
                (path == null || path.isEmpty() || path.equals("/"))
                        && uri.getRawQuery() == null
                        && uri.getRawFragment() == null
                        && uri.getRawUserInfo() == null;
        if (!isHttp || host == null || !isBare) {
            return Optional.empty();
        }
        String all = uri.getPort() < 0 ? host : host + ":" + uri.getPort();
        return Optional.of(new MirrorAddress(uri.getScheme() + "://" + all, all));
    }

    boolean isPlain() {
        return url.startsWith("http:");
    }

    /// Whether it is on the machine of the client.
    boolean isLocal() {
        return LOOPBACK.matcher(host).matches();
    }
}
