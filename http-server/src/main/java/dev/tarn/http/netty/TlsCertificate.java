package dev.tarn.http.netty;

import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The certificate that new connections are shown: that of the files, which may be renewed while
/// the server runs. Asked on event loops; the files are read on a virtual thread.
final class TlsCertificate {

    /// How often the files are looked at, at most, and only when somebody connects.
    private static final Duration LOOK_TIME = Duration.ofSeconds(1);

    private static final Logger LOG = LoggerFactory.getLogger(TlsCertificate.class);

    /// What the files looked like.
    private record Look(State certificate, State key) {
        static Look at(TlsFiles files) throws IOException {
            try {
                return new Look(State.of(files.certificate()), State.of(files.key()));
            } catch (IOException e) {
                throw unusable(files, e);
            }
        }
    }

    /// The file key differs where a link leads to another file, as when Kubernetes renews a secret.
    private record State(FileTime modified, long size, @Nullable Object fileKey) {
        static State of(Path file) throws IOException {
            BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
            return new State(now.lastModifiedTime(), now.size(), now.fileKey());
        }
    }

    private record Usable(SslContext context, Instant end) {}

    private final TlsFiles files;
    private final AtomicBoolean isLooking = new AtomicBoolean();
    private volatile Usable usable;
    private volatile long lookedAtNanos = System.nanoTime();
    private @Nullable Look seen;

    /// Throws where the files do not hold a certificate and its key.
    TlsCertificate(TlsFiles files) throws IOException {
        this.files = files;
        this.seen = Look.at(files);
        this.usable = read(files);
    }

    /// For a connection that begins now.
    SslContext context() {
        if (System.nanoTime() - lookedAtNanos > LOOK_TIME.toNanos()
                && isLooking.compareAndSet(false, true)) {
            Thread.ofVirtual().name("certificate").start(this::look);
        }
        return usable.context();
    }

    /// When the one that is shown ends.
    Instant end() {
        return usable.end();
    }

    /// Takes what is new; while the files do not fit one another, the old certificate stays.
    private void look() {
        try {
            Look now = Look.at(files);
            if (!now.equals(seen)) {
                seen = now;
                usable = read(files);
                LOG.info("the certificate in {} is new", files.certificate());
            }
        } catch (IOException e) {
            LOG.error("the certificate was renewed and cannot be used; the old one stays", e);
        } finally {
            lookedAtNanos = System.nanoTime();
            isLooking.set(false);
        }
    }

    private static Usable read(TlsFiles files) throws IOException {
        try (InputStream in = Files.newInputStream(files.certificate())) {
            X509Certificate first =
                    (X509Certificate)
                            CertificateFactory.getInstance("X.509").generateCertificate(in);
            return new Usable(context(files), first.getNotAfter().toInstant());
        } catch (CertificateException | IllegalArgumentException | SSLException e) {
            throw unusable(files, e);
        }
    }

    private static SslContext context(TlsFiles files) throws SSLException {
        return SslContextBuilder.forServer(files.certificate().toFile(), files.key().toFile())
                .sslProvider(OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK)
                .protocols("TLSv1.3", "TLSv1.2")
                .build();
    }

    private static IOException unusable(TlsFiles files, Exception cause) {
        return new IOException(
                "no certificate and key in %s and %s".formatted(files.certificate(), files.key()),
                cause);
    }
}
