package dev.tarn.cli.doctor;

import dev.tarn.oci.ErrorCode;
import dev.tarn.oci.RegistryException;
import dev.tarn.oci.RegistryException.Malformed;
import dev.tarn.oci.RegistryException.RangeUnsatisfiable;
import dev.tarn.oci.RegistryException.Refused;
import dev.tarn.oci.RegistryException.StoreFailed;
import dev.tarn.oci.RegistryException.Throttled;
import dev.tarn.oci.RegistryException.Unknown;
import dev.tarn.oci.RegistryException.Unsupported;
import dev.tarn.oci.RegistryException.UpstreamFailed;
import dev.tarn.upstream.ObstacleException;
import dev.tarn.upstream.UpstreamConfig;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/// What to do about an upstream that cannot be pulled from.
final class Remedy {
    private final UpstreamConfig upstream;
    private final String section;

    Remedy(UpstreamConfig upstream) {
        this.upstream = upstream;
        this.section = "upstreams." + upstream.host();
    }

    String against(RegistryException failure) {
        return switch (failure) {
            case UpstreamFailed e when e.getCause() instanceof ObstacleException o -> against(o);
            case UpstreamFailed e ->
                    switch (e.kind()) {
                        case UNREACHABLE, SILENT, CUT_OFF ->
                                "check the network and " + section + ".urls";
                        case BROKEN -> "wait until it is well, or add another of its URLs";
                        case BAD_ANSWER, WRONG_BYTES -> notARegistry();
                    };
            case Refused e -> againstRefusal(e);
            case Throttled _ ->
                    upstream.credentials().isPresent()
                            ? "wait, or pull less"
                            : "wait, or log in: " + credentials();
            case Unknown _, Unsupported _, Malformed _, RangeUnsatisfiable _ -> notARegistry();
            case StoreFailed _ -> "read the log of the mirror";
        };
    }

    private String notARegistry() {
        return "check that " + section + ".urls lead to a registry, and not to a login page";
    }

    private String credentials() {
        return section + ".username and .password-file, or docker-config";
    }

    private String againstRefusal(Refused refused) {
        if (upstream.credentials().isEmpty()) {
            return "set " + credentials();
        }
        return refused.code() == ErrorCode.UNAUTHORIZED
                ? "the password or the name is wrong: correct " + credentials()
                : "let " + upstream.credentials().get().username() + " pull there";
    }

    private String against(ObstacleException obstacle) {
        return switch (obstacle.obstacle()) {
            case NAME ->
                    "check the spelling in "
                            + section
                            + ".urls, and the name servers of this"
                            + " machine (/etc/resolv.conf)";
            case ADDRESS ->
                    "where it may be there, add "
                            + listed(obstacle)
                            + "; it must not be a"
                            + " link-local address in any case";
            case CONNECTION ->
                    "check that it runs, that a firewall lets us through, and " + section + ".urls";
            case PROXY -> "check HTTPS_PROXY with its user and password, or add to NO_PROXY";
            case CERTIFICATE_ENDED, CERTIFICATE_EARLY ->
                    "have it renewed there, and check the clock of this machine, which says "
                            + Instant.now().truncatedTo(ChronoUnit.SECONDS);
            case CERTIFICATE_NAME -> "use the name in " + section + ".urls that it is for";
            case CERTIFICATE_AUTHORITY ->
                    "where you trust it, name its authority's PEM file in " + section + ".ca";
            case TLS -> "check that it speaks TLS there; http:// needs " + section + ".insecure";
            case REALM -> "where that is its token service, add " + listed(obstacle);
        };
    }

    private String listed(ObstacleException obstacle) {
        return section + ".allowed-hosts: [\"" + obstacle.subject() + "\"]";
    }
}
