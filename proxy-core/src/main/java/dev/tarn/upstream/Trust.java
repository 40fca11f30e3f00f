package dev.tarn.upstream;

import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import java.util.Optional;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/// Whose certificates we believe: the system's authorities, and the user's own for one upstream.
final class Trust {
    private Trust() {}

    static SslProvider fastestProvider() {
        return OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK;
    }

    /// A client's TLS. The certificate must be for the host that was asked for. Trust goes through
    /// a key store and its factory, never through a trust manager of our own, for which that check
    /// is skipped (CVE-2026-50010).
    static SslContext tls(SslProvider provider, Optional<Path> ca) {
        try {
            return SslContextBuilder.forClient()
                    .sslProvider(provider)
                    .protocols("TLSv1.3", "TLSv1.2")
                    .trustManager(trustManagers(ca))
                    .endpointIdentificationAlgorithm("HTTPS")
                    .build();
        } catch (GeneralSecurityException | IOException e) {
            String what = ca.map(path -> "certificate authorities in " + path).orElse("TLS");
            throw new IllegalArgumentException(what + ": " + e.getMessage(), e);
        }
    }

    private static TrustManagerFactory trustManagers(Optional<Path> ca)
            throws GeneralSecurityException, IOException {
        TrustManagerFactory system = factory(null);
        if (ca.isEmpty()) {
            return system;
        }
        KeyStore all = KeyStore.getInstance(KeyStore.getDefaultType());
        all.load(null, null);
        for (TrustManager manager : system.getTrustManagers()) {
            if (manager instanceof X509TrustManager x509) {
                for (Certificate issuer : x509.getAcceptedIssuers()) {
                    all.setCertificateEntry("system-" + all.size(), issuer);
                }
            }
        }
        for (Certificate issuer : read(ca.get())) {
            all.setCertificateEntry("user-" + all.size(), issuer);
        }
        return factory(all);
    }

    private static TrustManagerFactory factory(@Nullable KeyStore store)
            throws GeneralSecurityException {
        TrustManagerFactory factory =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory;
    }

    private static Collection<? extends Certificate> read(Path pem)
            throws GeneralSecurityException, IOException {
        try (InputStream in = Files.newInputStream(pem)) {
            Collection<? extends Certificate> certificates =
                    CertificateFactory.getInstance("X.509").generateCertificates(in);
            if (certificates.isEmpty()) {
                throw new IOException("holds no certificate");
            }
            return certificates;
        }
    }
}
