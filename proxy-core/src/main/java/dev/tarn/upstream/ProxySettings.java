package dev.tarn.upstream;

import dev.tarn.oci.Secret;
import java.net.InetAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Through which HTTP proxy https upstreams are reached, read from the environment as curl reads
/// it: `https_proxy` or `HTTPS_PROXY`, and `no_proxy` or `NO_PROXY` with the exceptions.
public final class ProxySettings {

    public static final ProxySettings NONE = new ProxySettings(Optional.empty(), List.of());

    private static final int PORT = 1080; // curl's

    /// One proxy, and whom we are there.
    record Proxy(Host host, int port, Optional<Credentials> credentials) {

        /// Says where, never who.
        String authority() {
            return host + ":" + port;
        }
    }

    private final Optional<Proxy> proxy;
    private final List<String> exceptions;

    private ProxySettings(Optional<Proxy> proxy, List<String> exceptions) {
        this.proxy = proxy;
        this.exceptions = exceptions;
    }

    public static ProxySettings of(Map<String, String> environment) {
        String exceptions = value(environment, "no_proxy");
        return new ProxySettings(
                Optional.of(value(environment, "https_proxy"))
                        .filter(text -> !text.isEmpty())
                        .map(ProxySettings::parse),
                Arrays.stream(exceptions.toLowerCase(Locale.ROOT).split("[,\\s]+", -1))
                        .filter(exception -> !exception.isEmpty())
                        .toList());
    }

    private static String value(Map<String, String> environment, String name) {
        String upperCase = environment.getOrDefault(name.toUpperCase(Locale.ROOT), "");
        return environment.getOrDefault(name, upperCase).trim();
    }

    /// `[http://][user:password@]host[:port][/]`; the error says nothing of the text, which may
    /// hold a password.
    private static Proxy parse(String text) {
        String rest = text;
        int scheme = rest.indexOf("://");
        if (scheme >= 0) {
            if (!rest.substring(0, scheme).equalsIgnoreCase("http")) {
                throw new IllegalArgumentException("https_proxy: only http:// proxies are known");
            }
            rest = rest.substring(scheme + 3);
        }
        int at = rest.lastIndexOf('@');
        String authority = rest.substring(at + 1).replaceFirst("/$", "");
        try {
            Optional<Credentials> credentials =
                    at < 0 ? Optional.empty() : Optional.of(credentials(rest.substring(0, at)));
            boolean hasPort = authority.matches(".*:[0-9]+");
            Origin origin = Url.parse("http://" + authority + (hasPort ? "" : ":" + PORT)).origin();
            return new Proxy(origin.host(), origin.port(), credentials);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("https_proxy: " + e.getMessage(), e);
        }
    }

    private static Credentials credentials(String text) {
        int colon = text.indexOf(':');
        String username = colon < 0 ? text : text.substring(0, colon);
        String password = colon < 0 ? "" : text.substring(colon + 1);
        return new Credentials(decoded(username), new Secret(decoded(password)));
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException _) { // it quotes the text
            throw new IllegalArgumentException("user and password are not percent-encoded");
        }
    }

    /// The proxy to this origin. Plain http goes direct: it is for registries nearby.
    Optional<Proxy> proxyTo(Origin origin) {
        boolean isDirect =
                !origin.isSecure() || exceptions.stream().anyMatch(e -> covers(e, origin));
        return isDirect ? Optional.empty() : proxy;
    }

    private static boolean covers(String exception, Origin origin) {
        if (exception.equals("*")) {
            return true;
        }
        Optional<InetAddress> address = origin.host().address();
        if (exception.indexOf('/') >= 0) {
            return address.isPresent()
                    && AddressBlock.parse(exception)
                            .map(block -> block.contains(address.get().getAddress()))
                            .orElse(false);
        }
        String name = exception;
        int colon = name.lastIndexOf(':');
        if (colon >= 0 && (name.indexOf(':') == colon || name.startsWith("["))) {
            String port = name.substring(colon + 1);
            if (!name.endsWith("]")) {
                if (!port.equals(Integer.toString(origin.port()))) {
                    return false;
                }
                name = name.substring(0, colon);
            }
        }
        String bare = name.replaceAll("^[.\\[]|[.\\]]$", "");
        String host = origin.host().text();
        return host.equals(bare) || (address.isEmpty() && host.endsWith("." + bare));
    }

    /// Says where, never who.
    @Override
    public String toString() {
        return proxy.map(Proxy::authority).orElse("none");
    }
}
