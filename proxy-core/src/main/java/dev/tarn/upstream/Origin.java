package dev.tarn.upstream;

/// Scheme, host and port: what a connection is to, and what a credential belongs to.
record Origin(Scheme scheme, Host host, int port) {

    enum Scheme {
        HTTP("http", 80),
        HTTPS("https", 443);

        private final String text;
        private final int port;

        Scheme(String text, int port) {
            this.text = text;
            this.port = port;
        }

        int port() {
            return port;
        }
    }

    Origin {
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("not a port");
        }
    }

    boolean isSecure() {
        return scheme == Scheme.HTTPS;
    }

    boolean hasDefaultPort() {
        return port == scheme.port;
    }

    /// As in the `Host` header.
    String authority() {
        return hasDefaultPort() ? host.toString() : host + ":" + port;
    }

    @Override
    public String toString() {
        return scheme.text + "://" + authority();
    }
}
