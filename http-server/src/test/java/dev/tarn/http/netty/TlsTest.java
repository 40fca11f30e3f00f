package dev.tarn.http.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TlsTest extends ServerFixture {

    @TempDir private Path folder;
    private SSLContext trusting;
    private ServerConfig config;

    @BeforeEach
    void aCertificate() throws Exception {
        X509Bundle bundle =
                new CertificateBuilder()
                        .subject("CN=localhost")
                        .addSanDnsName("localhost")
                        .setIsCertificateAuthority(true)
                        .buildSelfSigned();
        Path certificate = folder.resolve("certificate.pem");
        Path key = folder.resolve("key.pem");
        Files.writeString(certificate, bundle.getCertificatePEM());
        Files.writeString(key, bundle.getPrivateKeyPEM());
        config =
                new ServerConfig(
                        "127.0.0.1",
                        0,
                        Optional.of(new TlsFiles(certificate, key)),
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
