package dev.tarn.upstream;

import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Why a certificate was not believed, found among the causes of a TLS handshake that failed.
///
/// @param what a part of a sentence that says so
record Distrust(Obstacle obstacle, String what) {

    /// Empty where the certificate was not the reason.
    static Optional<Distrust> of(Throwable failure) {
        @Nullable Throwable authority = null;
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
                case CertPathBuilderException e -> authority = e;
                default -> {} // what it came wrapped in
            }
        }
        return authority == null
                ? Optional.empty()
                : Optional.of(
                        new Distrust(
                                Obstacle.CERTIFICATE_AUTHORITY,
                                "its certificate comes from an authority that is not trusted"));
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
