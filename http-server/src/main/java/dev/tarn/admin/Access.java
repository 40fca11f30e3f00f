package dev.tarn.admin;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.tarn.http.Request;
import dev.tarn.oci.Secret;
import java.net.InetAddress;
import java.net.URI;
import java.security.MessageDigest;
import java.util.Optional;

/// Who may ask. Without a token, whoever reaches the port; but then the host that the request names
/// must be this machine, so that no page from elsewhere gets here by a name that it has changed the
/// meaning of (DNS rebinding). A page of another origin never does.
record Access(Optional<Secret> token) {

    private static final String BEARER = "Bearer ";

    enum Verdict {
        GRANTED,
        /// The token is missing or wrong.
        UNKNOWN,
        /// It comes from a page of somebody else, or by a name that is not ours.
        FOREIGN
    }

    /// Whether the page or the script that asks is one of ours.
    Verdict judge(Request request) {
        if (isForeign(request)) {
            return Verdict.FOREIGN;
        }
        return token.isEmpty() || isShown(request, token.get()) ? Verdict.GRANTED : Verdict.UNKNOWN;
    }

    /// Whether the request comes from elsewhere, whatever it shows.
    boolean isForeign(Request request) {
        String host = request.header("Host").orElse("");
        return (token.isEmpty() && !isThisMachine(host))
                || request.headers("Origin").stream().anyMatch(origin -> !isOf(origin, host));
    }

    private static boolean isShown(Request request, Secret token) {
        String shown = request.header("Authorization").orElse("");
        return shown.regionMatches(true, 0, BEARER, 0, BEARER.length())
                && MessageDigest.isEqual(
                        shown.substring(BEARER.length()).trim().getBytes(UTF_8),
                        token.reveal().getBytes(UTF_8));
    }

    private static boolean isOf(String origin, String host) {
        return origin.equalsIgnoreCase("http://" + host)
                || origin.equalsIgnoreCase("https://" + host);
    }

    private static boolean isThisMachine(String host) {
        try {
            URI uri = URI.create("http://" + host);
            String name = uri.getHost();
            if (name == null || uri.getUserInfo() != null) {
                return false;
            }
            return name.equalsIgnoreCase("localhost")
                    || InetAddress.ofLiteral(name.replaceAll("[\\[\\]]", "")).isLoopbackAddress();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
