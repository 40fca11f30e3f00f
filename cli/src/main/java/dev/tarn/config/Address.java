package dev.tarn.config;

import java.net.InetAddress;

/// Where a server listens.
///
/// @param host a name or an address, IPv6 without brackets; empty for every interface
/// @param port 0 lets the system choose one
public record Address(String host, int port) {

    private static final int PORT_MAX = 65_535;

    public Address {
        if (port < 0 || port > PORT_MAX) {
            throw new IllegalArgumentException("has no port from 0 to " + PORT_MAX);
        }
    }

    /// Reads `:5000`, `host:5000` or `[::1]:5000`.
    public static Address parse(String text) {
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? text : text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        } else if (host.indexOf(':') >= 0) {
            throw notAnAddress();
        }
        String port = text.substring(colon + 1);
        if (colon < 0 || !port.matches("[0-9]{1,5}") || !host.matches("[a-zA-Z0-9._:%-]*")) {
            throw notAnAddress();
        }
        return new Address(host, Integer.parseInt(port));
    }

    /// Whether only this machine reaches it.
    boolean isLoopback() {
        try {
            return host.equals("localhost") || InetAddress.ofLiteral(host).isLoopbackAddress();
        } catch (IllegalArgumentException e) {
            return false; // another name, or every interface
        }
    }

    /// Where this machine reaches what listens here.
    public Address local() {
        return isEverywhere() ? new Address("127.0.0.1", port) : this;
    }

    /// Whether it means every interface.
    public boolean isEverywhere() {
        return host.isEmpty() || host.equals("0.0.0.0") || host.equals("::");
    }

    private static IllegalArgumentException notAnAddress() {
        return new IllegalArgumentException(
                "is not an address (such as 127.0.0.1:5000, :5000 or [::1]:5000)");
    }

    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
