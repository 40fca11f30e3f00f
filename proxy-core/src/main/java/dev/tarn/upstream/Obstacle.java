package dev.tarn.upstream;

/// What stands between us and an upstream, where whoever runs the mirror can clear it away.
public enum Obstacle {
    /// The name service does not know a host, or does not answer.
    NAME,
    /// A host is at an address that an upstream may not lead to.
    ADDRESS,
    /// Nobody takes the connection.
    CONNECTION,
    /// The proxy is not there, or does not let us through.
    PROXY,
    /// The certificate has ended.
    CERTIFICATE_ENDED,
    /// The certificate is not valid yet.
    CERTIFICATE_EARLY,
    /// The certificate is somebody else's.
    CERTIFICATE_NAME,
    /// The certificate comes from an authority that nobody said to trust.
    CERTIFICATE_AUTHORITY,
    /// TLS does not come about for another reason.
    TLS,
    /// Tokens would be asked for at a host that has nothing to do with the upstream.
    REALM
}
