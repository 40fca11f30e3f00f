package dev.tarn.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.tarn.config.Address;
import dev.tarn.config.TarnConfig;
import dev.tarn.oci.Digest;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A whole mirror, in front of the demo's registry.
@Timeout(60)
class MirrorTest {

    private static final DemoImage IMAGE = DemoImage.generate(1_000_000, 10_000, 10);

    @TempDir private Path folder = Path.of("");

    private TarnConfig config(URI registry) {
        return Demo.config(registry, folder.resolve("store"));
    }

    private static TarnConfig listeningOn(Address address, TarnConfig config) {
        return with(new TarnConfig.Http(address, Optional.empty(), Duration.ofSeconds(1)), config);
    }

    private static TarnConfig with(TarnConfig.Http http, TarnConfig config) {
        return new TarnConfig(
                http,
                config.admin(),
                config.rootDirectory(),
                config.store(),
                config.defaultUpstream(),
                config.upstreams(),
                config.hosts(),
                config.download(),
                config.log(),
                config.shown());
    }

    private static int status(HttpClient http, URI uri) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.discarding())
                .statusCode();
    }

    private static List<Digest> pull(URI mirror) throws IOException, InterruptedException {
        try (DemoClient client = new DemoClient(mirror)) {
            return client.pull();
        }
    }

    @Test
    void aPullUnderWayFinishesWhileItDrainsAndIsNotReady() throws Exception {
        SlowLink link = new SlowLink(Duration.ofMillis(1), 500_000);
        try (DemoRegistry registry = DemoRegistry.start(IMAGE, link);
                Mirror mirror = Mirror.start(config(registry.url()), Map.of());
                HttpClient http = HttpClient.newHttpClient();
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            URI ready = mirror.adminUrl().resolve("/readyz");
            assertThat(status(http, ready)).isEqualTo(200);
            Future<List<Digest>> pull = threads.submit(() -> pull(mirror.url()));
            await().until(() -> link.carriedBytes() > 100_000);

            Future<?> closing = threads.submit(mirror::close);

            await().until(() -> status(http, ready) == 503);
            assertThat(closing.isDone()).isFalse();
            assertThat(pull.get()).containsExactlyInAnyOrderElementsOf(IMAGE.sizes().keySet());
            closing.get();
        }
    }

    @Test
    void afterARestartItServesWhatItHasThoughTheUpstreamIsGone() throws Exception {
        URI gone;
        try (DemoRegistry registry =
                        DemoRegistry.start(IMAGE, new SlowLink(Duration.ZERO, 100_000_000));
                Mirror mirror = Mirror.start(config(registry.url()), Map.of())) {
            gone = registry.url();
            pull(mirror.url());
        }

        try (Mirror mirror = Mirror.start(config(gone), Map.of())) {
            assertThat(mirror.readyLine()).contains(" with 4 blobs of 1.0 MB;");
            assertThat(pull(mirror.url()))
                    .containsExactlyInAnyOrderElementsOf(IMAGE.sizes().keySet());
        }
    }

    @Test
    void everyInterfaceIncludesTheLoopbackOne() throws Exception {
        TarnConfig config =
                listeningOn(Address.parse(":0"), config(URI.create("http://127.0.0.1:1")));
        try (Mirror mirror = Mirror.start(config, Map.of());
                HttpClient http = HttpClient.newHttpClient()) {
            assertThat(mirror.url().getHost()).isEqualTo("127.0.0.1");
            assertThat(status(http, mirror.url().resolve("/v2/"))).isEqualTo(200);
        }
    }

    @Test
    void itServesTlsWithTheCertificateOfTheConfiguration() throws Exception {
        X509Bundle pem =
                new CertificateBuilder()
                        .subject("CN=mirror")
                        .addSanIpAddress("127.0.0.1")
                        .setIsCertificateAuthority(true)
                        .buildSelfSigned();
        TarnConfig.Tls tls =
                new TarnConfig.Tls(
                        pem.toTempCertChainPem().toPath(), pem.toTempPrivateKeyPem().toPath());
        TarnConfig config = config(URI.create("http://127.0.0.1:1"));
        TarnConfig.Http http =
                new TarnConfig.Http(
                        config.http().address(), Optional.of(tls), Duration.ofSeconds(1));
        try (Mirror mirror = Mirror.start(with(http, config), Map.of());
                HttpClient client = HttpClient.newBuilder().sslContext(trusting(pem)).build()) {
            assertThat(mirror.url().getScheme()).isEqualTo("https");
            assertThat(status(client, mirror.url().resolve("/v2/"))).isEqualTo(200);
        }
    }

    private static SSLContext trusting(X509Bundle certificate) throws Exception {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        store.setCertificateEntry("mirror", certificate.getCertificate());
        TrustManagerFactory trust =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    @Test
    void aStoreIsForOneMirrorAtATime() {
        TarnConfig config = config(URI.create("http://127.0.0.1:1"));
        try (Mirror first = Mirror.start(config, Map.of())) {
            assertThat(first.url()).isNotNull();
            assertThatExceptionOfType(StartException.class)
                    .isThrownBy(() -> Mirror.start(config, Map.of()).close())
                    .withMessageStartingWith("cannot keep a store in " + config.rootDirectory());
        }
    }

    @Test
    void whatWasStartedBeforeAFailureIsClosedAgain() {
        TarnConfig config = config(URI.create("http://127.0.0.1:1"));
        TarnConfig elsewhere = listeningOn(new Address("192.0.2.1", 0), config); // RFC 5737

        assertThatExceptionOfType(StartException.class)
                .isThrownBy(() -> Mirror.start(elsewhere, Map.of()).close())
                .withMessageStartingWith("cannot listen on 192.0.2.1");

        Mirror.start(config, Map.of()).close(); // the store is free again
    }

    @Test
    void aProxyThatCannotBeUsedIsSaidInOneLine() {
        TarnConfig config = config(URI.create("http://127.0.0.1:1"));

        assertThatExceptionOfType(StartException.class)
                .isThrownBy(
                        () -> Mirror.start(config, Map.of("HTTPS_PROXY", "socks5://a:1")).close())
                .withMessageContaining("proxy");
    }
}
