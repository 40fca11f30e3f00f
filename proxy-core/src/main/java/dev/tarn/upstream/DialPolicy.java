package dev.tarn.upstream;

import java.net.URI;
import java.util.List;

/// Where one upstream may send us. Its own origin may be anywhere, because the user chose it. A
/// redirect may lead to any public address; to a private one only where the upstream is private
/// itself or the user listed the host. A token service must belong to the upstream, or be listed
/// (CVE-2026-33540).
final class DialPolicy {
    private final Origin own;
    private final List<String> allowedHosts;

    DialPolicy(Origin own, List<String> allowedHosts) {
        this.own = own;
        this.allowedHosts = allowedHosts;
    }

    static DialPolicy of(URI url, List<String> allowedHosts) {
        return new DialPolicy(ownOrigin(url), allowedHosts);
    }

    private static Origin ownOrigin(URI url) {
        Url own = Url.parse(url.toString());
        if (!own.target().equals("/")) {
            throw new IllegalArgumentException("an upstream's address has no path: " + own);
        }
        return own.origin();
    }

    Origin own() {
        return own;
    }

    boolean isOwn(Origin origin) {
        return origin.equals(own);
    }

    /// Whether the user listed it: by name alone for the scheme's own port, else with the port.
    boolean isListed(Origin origin) {
        String withPort = origin.host() + ":" + origin.port();
        return allowedHosts.stream()
                .anyMatch(listed ->
                        listed.equalsIgnoreCase(withPort)
                                || (origin.hasDefaultPort()
                                        && listed.equalsIgnoreCase(origin.host().toString())));
    }

    /// Whether tokens may be asked for there, with or without credentials.
    boolean trustsRealm(Origin realm) {
        if (isOwn(realm)) {
            return true;
        }
        if (!realm.isSecure() && own.isSecure()) {
            return false;
        }
        boolean isSibling =
                realm.isSecure()
                        && realm.hasDefaultPort()
                        && !realm.host().equals(own.host())
                        && realm.host().sharesOwner(own.host());
        return isSibling || isListed(realm);
    }

    /// Whether `origin` may be dialled at an address of this kind.
    ///
    /// @param ownKind the kind of the upstream's own address
    boolean permits(Origin origin, AddressKind kind, AddressKind ownKind) {
        if (isOwn(origin)) {
            return true;
        }
        return switch (kind) {
            case PUBLIC -> true;
            case PRIVATE -> ownKind == AddressKind.PRIVATE || isListed(origin);
            case NEVER -> false;
        };
    }
}
