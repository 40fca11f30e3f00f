package dev.tarn.http.netty;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/// A certificate that only its own clients trust.
record SelfSigned(TlsFiles files, SSLContext trusting) {

    static SelfSigned in(Path folder) throws Exception {
        X509Bundle bundle =
                new CertificateBuilder()
                        .subject("CN=localhost")
                        .addSanDnsName("localhost")
                        .setIsCertificateAuthority(true)
                        .buildSelfSigned();
        Path certificate = Files.writeString(folder.resolve("tls.crt"), bundle.getCertificatePEM());
        Path key = Files.writeString(folder.resolve("tls.key"), bundle.getPrivateKeyPEM());
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        store.setCertificateEntry("server", bundle.getCertificate());
        TrustManagerFactory trust =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext trusting = SSLContext.getInstance("TLS");
        trusting.init(null, trust.getTrustManagers(), null);
        return new SelfSigned(new TlsFiles(certificate, key), trusting);
    }

    ServerConfig config() {
        return new ServerConfig(
                ServerFixture.CONFIG.host(),
                0,
                Optional.of(files),
                ServerFixture.CONFIG.drainTimeout());
    }

    RawClient client(RegistryServer server) throws IOException {
        return new RawClient(trusting.getSocketFactory().createSocket(), server.address());
    }
}
