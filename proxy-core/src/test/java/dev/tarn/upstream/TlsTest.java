package dev.tarn.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tarn.oci.RegistryException.UpstreamFailed;
import dev.tarn.oci.RegistryException.UpstreamFailed.Kind;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslProvider;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TlsTest {
    @TempDir private Path folder;
    private final Strangers strangers = new Strangers();

    @AfterEach
    void close() {
        strangers.close();
    }

    private static X509Bundle authority() throws Exception {
        return new CertificateBuilder()
                .subject("CN=Test Authority")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
    }

    private static CertificateBuilder leaf() {
        return new CertificateBuilder().subject("CN=ignored");
    }

    private static FakeRegistry registry(X509Bundle bundle) throws Exception {
        KeyManagerFactory keys =
                KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(bundle.toKeyStore(new char[0]), new char[0]);
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(keys.getKeyManagers(), null, null);
        FakeRegistry registry = FakeRegistry.startTls(tls);
        registry.addImage("library/app", "latest", 1, 100_000);
        return registry;
    }

    private Path pem(X509Bundle authority) throws IOException {
        return Files.writeString(folder.resolve("ca.pem"), authority.getCertificatePEM());
    }

    private HttpUpstream upstream(FakeRegistry registry, String host) {
        return strangers
                .name("registry.example", "127.0.0.1")
                .name("other.example", "127.0.0.1")
                .upstream("https://" + host + ":" + registry.port());
    }

    private void assertRefused(FakeRegistry registry, String host, Obstacle why) {
        HttpUpstream upstream = upstream(registry, host);
        assertThatExceptionOfType(UpstreamFailed.class)
                .isThrownBy(() -> Strangers.pull(upstream, "latest"))
                .satisfies(e -> assertThat(e.kind()).isEqualTo(Kind.UNREACHABLE))
                .havingCause()
                .asInstanceOf(InstanceOfAssertFactories.type(ObstacleException.class))
                .extracting(ObstacleException::obstacle)
                .isEqualTo(why);
        assertThat(registry.requests()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(
            value = SslProvider.class,
            names = {"JDK", "OPENSSL"})
    void trustsTheUsersAuthorityForTheRightNameOnly(SslProvider provider) throws Exception {
        X509Bundle authority = authority();
        strangers.provider(provider).ca(pem(authority));
        try (FakeRegistry registry =
                registry(leaf().addSanDnsName("registry.example").buildIssuedBy(authority))) {
            assertRefused(registry, "other.example", Obstacle.CERTIFICATE_NAME);
            assertRefused(registry, "127.0.0.1", Obstacle.CERTIFICATE_NAME);
            assertThat(Strangers.pull(upstream(registry, "registry.example"), "latest").size())
                    .isPositive();
        }
    }

    @Test
    void speaksTlsInC() {
        assertThat(OpenSsl.isAvailable()).as("netty-tcnative-boringssl-static").isTrue();
        assertThat(Trust.fastestProvider()).isEqualTo(SslProvider.OPENSSL);
    }

    @Test
    void takesACertificateForAnAddress() throws Exception {
        X509Bundle authority = authority();
        strangers.ca(pem(authority));
        try (FakeRegistry registry =
                registry(leaf().addSanIpAddress("127.0.0.1").buildIssuedBy(authority))) {
            FakeImage image = registry.addImage("library/app", "big", 2, 1_000_000);
            HttpUpstream upstream = upstream(registry, "127.0.0.1");

            assertThat(Strangers.pullBlob(upstream, image.layers().getFirst().digest()))
                    .hasSize(1_000_000);
            assertThat(Strangers.pullBlob(upstream, image.config().digest())).isNotEmpty();
            assertThat(registry.connections()).isEqualTo(1);
        }
    }

    @Test
    void doesNotTrustAnAuthorityThatNobodyKnows() throws Exception {
        X509Bundle unknown = authority();
        try (FakeRegistry registry =
                registry(leaf().addSanDnsName("registry.example").buildIssuedBy(unknown))) {
            assertRefused(registry, "registry.example", Obstacle.CERTIFICATE_AUTHORITY);
            strangers.ca(pem(authority()));
            assertRefused(registry, "registry.example", Obstacle.CERTIFICATE_AUTHORITY);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = SslProvider.class,
            names = {"JDK", "OPENSSL"})
    void doesNotTrustACertificateThatIsOver(SslProvider provider) throws Exception {
        X509Bundle authority = authority();
        strangers.provider(provider).ca(pem(authority));
        Instant now = Instant.now();
        try (FakeRegistry registry =
                registry(
                        leaf().addSanDnsName("registry.example")
                                .notBefore(now.minus(Duration.ofDays(3)))
                                .notAfter(now.minus(Duration.ofDays(1)))
                                .buildIssuedBy(authority))) {
            assertRefused(registry, "registry.example", Obstacle.CERTIFICATE_ENDED);
        }
    }

    @Test
    void speaksNoTlsWithWhoDoesNot() {
        try (FakeRegistry registry = FakeRegistry.start()) {
            HttpUpstream upstream = upstream(registry, "registry.example");

            assertThatExceptionOfType(UpstreamFailed.class)
                    .isThrownBy(() -> Strangers.pull(upstream, "latest"))
                    .satisfies(e -> assertThat(e.kind()).isEqualTo(Kind.UNREACHABLE));
        }
    }

    @Test
    void noRedirectLeadsFromHttpsToHttp() throws Exception {
        X509Bundle authority = authority();
        strangers.ca(pem(authority));
        try (FakeRegistry plain = FakeRegistry.start();
                FakeRegistry registry =
                        registry(
                                leaf().addSanDnsName("registry.example")
                                        .buildIssuedBy(authority))) {
            registry.inject(Fault.redirect(plain.uri() + "/v2/library/app/manifests/latest"));

            assertThatExceptionOfType(UpstreamFailed.class)
                    .isThrownBy(
                            () -> Strangers.pull(upstream(registry, "registry.example"), "latest"))
                    .withMessageContaining("from https to http");
            assertThat(plain.connections()).isZero();
        }
    }

    @Test
    void noTokenIsAskedForByHttp() throws Exception {
        X509Bundle authority = authority();
        strangers.ca(pem(authority)).allowed("127.0.0.1");
        try (FakeRegistry plain = FakeRegistry.start();
                FakeRegistry registry =
                        registry(
                                leaf().addSanDnsName("registry.example")
                                        .buildIssuedBy(authority))) {
            strangers.allowed("127.0.0.1:" + plain.port());
            registry.require(FakeAuth.bearer().realm(plain.uri() + "/token"));

            assertThatExceptionOfType(UpstreamFailed.class)
                    .isThrownBy(
                            () -> Strangers.pull(upstream(registry, "registry.example"), "latest"));
            assertThat(plain.connections()).isZero();
        }
    }

    @Test
    void saysWhichFileHoldsNoAuthority() throws IOException {
        Path empty = Files.writeString(folder.resolve("empty.pem"), "nothing\n");
        assertThatThrownBy(() -> Trust.tls(SslProvider.JDK, Optional.of(empty)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("empty.pem");
        assertThatThrownBy(() -> Trust.tls(SslProvider.JDK, Optional.of(folder.resolve("no.pem"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no.pem");
    }
}
