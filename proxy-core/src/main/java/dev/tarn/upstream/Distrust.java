package dev.tarn.upstream;

import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.PKIXReason;
import java.util.Optional;

/// Why a certificate was not believed, found among the causes of a TLS handshake that failed.
///
/// @param what a part of a sentence that says so
record Distrust(Obstacle obstacle, String what) {
    private static final Distrust UNKNOWN_AUTHORITY =
            new Distrust(
                    Obstacle.CERTIFICATE_AUTHORITY,
                    "its certificate comes from an authority that is not trusted");

    /// Empty where the certificate was not the reason.
    static Optional<Distrust> of(Throwable failure) {
        Optional<Distrust> inGeneral = Optional.empty();
        for (Throwable at = failure; at != null; at = at.getCause()) {
            switch (at) {
                case CertificateExpiredException e -> {
                    return distrust(Obstacle.CERTIFICATE_ENDED, "its certificate has ended", e);
                }
                case CertificateNotYetValidException e -> {
                    return distrust(
                            Obstacle.CERTIFICATE_EARLY, "its certificate is not valid yet", e);
                }
                case CertificateException e when isAboutTheName(e) -> {
                    return distrust(
                            Obstacle.CERTIFICATE_NAME, "its certificate is somebody else's", e);
                }
                case CertPathBuilderException _ -> inGeneral = Optional.of(UNKNOWN_AUTHORITY);
                case CertPathValidatorException e when isAboutTheAuthority(e) ->
                        inGeneral = Optional.of(UNKNOWN_AUTHORITY);
                case CertPathValidatorException e ->
                        inGeneral = distrust(Obstacle.TLS, "its certificate is not believed", e);
                default -> {} // what it came wrapped in
            }
        }
        return inGeneral;
    }

    /// Or about one of the same name.
    private static boolean isAboutTheAuthority(CertPathValidatorException e) {
        return e.getReason() == BasicReason.INVALID_SIGNATURE
                || e.getReason() == PKIXReason.NO_TRUST_ANCHOR;
    }

    private static Optional<Distrust> distrust(Obstacle obstacle, String what, Exception e) {
        return Optional.of(new Distrust(obstacle, what + " (" + e.getMessage() + ")"));
    }

    /// The JDK has no type for it: "No subject alternative DNS name matching registry.example
    /// found."
    private static boolean isAboutTheName(CertificateException e) {
        return e.getMessage() != null
                && e.getMessage().startsWith("No ")
                && e.getMessage().contains("name");
    }
}
