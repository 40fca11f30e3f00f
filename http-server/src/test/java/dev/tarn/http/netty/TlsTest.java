package dev.tarn.http.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TlsTest extends ServerFixture {

    @TempDir private Path folder;
    private SSLContext trusting;
    private ServerConfig config;

    private static X509Bundle newCertificate() throws Exception {
        return new CertificateBuilder()
                .subject("CN=localhost")
                .addSanDnsName("localhost")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
    }

    private void write(X509Bundle bundle) throws IOException {
        Files.writeString(folder.resolve("certificate.pem"), bundle.getCertificatePEM());
        Files.writeString(folder.resolve("key.pem"), bundle.getPrivateKeyPEM());
    }

    @BeforeEach
    void aCertificate() throws Exception {
        X509Bundle bundle = newCertificate();
        write(bundle);
        config =
                new ServerConfig(
                        "127.0.0.1",
                        0,
                        Optional.of(
                                new TlsFiles(
                                        folder.resolve("certificate.pem"),
                                        folder.resolve("key.pem"))),
                        Duration.ofSeconds(5));
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        store.setCertificateEntry("server", bundle.getCertificate());
        TrustManagerFactory trust =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        trusting = SSLContext.getInstance("TLS");
        trusting.init(null, trust.getTrustManagers(), null);
    }

    private RawClient tlsClient(RegistryServer server, String version) throws IOException {
        SSLSocket socket = (SSLSocket) trusting.getSocketFactory().createSocket();
        socket.setEnabledProtocols(new String[] {version});
        return opened(new RawClient(socket, server.address()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void aBlobInAFileIsSentEncrypted(String version) throws IOException {
        int size = (2 << 20) + 99;
        PatternContent content = new PatternContent(size).inFile(folder.resolve("blob"));
        RawClient client = tlsClient(serve(config, Limits.DEFAULT, content), version);

        RegistryServerTest.assertPattern(client.send(RawClient.get("/")), size);
        RegistryServerTest.assertPattern(client.send(RawClient.get("/")), size);

        assertThat(content.reads.get()).isPositive();
        content.file().orElseThrow().close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aFileAtHandIsSentEncrypted(boolean isResident) throws IOException {
        int size = (2 << 20) + 99;
        FileContent content = new FileContent(folder.resolve("blob"), size);
        RegistryServer server =
                serve(config, Limits.DEFAULT, isResident ? content : content.onDiskOnly());
        RawClient client = tlsClient(server, "TLSv1.3");

        RegistryServerTest.assertPattern(client.send(RawClient.get("/")), size);
        RegistryServerTest.assertPattern(client.send(RawClient.get("/")), size);

        content.delete();
    }

    /// Whose name the server goes by, whether or not we trust it.
    private static X509Certificate shown(RegistryServer server) throws Exception {
        TrustManager anybody =
                new X509ExtendedTrustManager() {
                    @Override
                    public void checkClientTrusted(X509Certificate[] chain, String type) {}

                    @Override
                    public void checkServerTrusted(X509Certificate[] chain, String type) {}

                    @Override
                    public void checkClientTrusted(
                            X509Certificate[] chain, String type, Socket socket) {}

                    @Override
                    public void checkServerTrusted(
                            X509Certificate[] chain, String type, Socket socket) {}

                    @Override
                    public void checkClientTrusted(
                            X509Certificate[] chain, String type, SSLEngine engine) {}

                    @Override
                    public void checkServerTrusted(
                            X509Certificate[] chain, String type, SSLEngine engine) {}

                    @Override
                    public X509Certificate[] getAcceptedIssuers() {
                        return new X509Certificate[0];
                    }
                };
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {anybody}, null);
        try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket()) {
            socket.connect(server.address());
            socket.startHandshake();
            return (X509Certificate) socket.getSession().getPeerCertificates()[0];
        }
    }

    @Test
    void aCertificateThatIsRenewedIsShownWithoutARestart() throws Exception {
        RegistryServer server = serve(config, Limits.DEFAULT, ECHO);
        RawClient before = tlsClient(server, "TLSv1.3");
        assertThat(before.ask("/").status()).isEqualTo(200);
        X509Bundle renewed = newCertificate();

        Files.writeString(folder.resolve("key.pem"), "not yet whole");
        X509Certificate old = shown(server);
        await().pollDelay(Duration.ofMillis(1100)).until(() -> shown(server).equals(old));
        write(renewed);

        await().until(() -> shown(server).equals(renewed.getCertificate()));
        assertThat(before.ask("/").status()).isEqualTo(200);
    }

    @Test
    void aRefusalIsReadableToo() throws IOException {
        RawClient client =
                tlsClient(serve(config, Limits.DEFAULT, ECHO), "TLSv1.3")
                        .send("GET / HTTP/1.1\r\n\r\n");

        assertThat(client.answer().status()).isEqualTo(400);
        assertThat(client.isClosed()).isTrue();
    }

    @Test
    void whoSpeaksNoTlsIsCut() throws IOException {
        RegistryServer server = serve(config, Limits.DEFAULT, ECHO);
        RawClient plain = client(server).send(RawClient.get("/"));

        assertThatThrownBy(plain::answer)
                .isInstanceOfAny(IOException.class, RuntimeException.class);
        try (Socket silent = new Socket()) {
            silent.connect(server.address());
            assertThat(tlsClient(server, "TLSv1.3").ask("/").status()).isEqualTo(200);
        }
    }

    @Test
    void whoDoesNotFinishTheHandshakeInTimeIsCut() throws IOException {
        Limits limits = Limits.DEFAULT.withTimes(Duration.ofMillis(200), Duration.ofSeconds(60));

        assertThat(client(serve(config, limits, ECHO)).isClosed()).isTrue();
    }

    @Test
    void aKeyThatIsNoneIsRefused() throws IOException {
        Path key = folder.resolve("none.pem");
        Files.writeString(key, "no key");
        ServerConfig broken =
                new ServerConfig(
                        "127.0.0.1",
                        0,
                        Optional.of(new TlsFiles(folder.resolve("certificate.pem"), key)),
                        Duration.ZERO);

        assertThatThrownBy(() -> RegistryServer.start(broken, ECHO).close())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("none.pem");
    }
}
