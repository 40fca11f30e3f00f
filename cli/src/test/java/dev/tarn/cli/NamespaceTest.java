package dev.tarn.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.oci.Digest;
import dev.tarn.oci.MediaType;
import dev.tarn.upstream.FakeImage;
import dev.tarn.upstream.FakeRegistry;
import dev.tarn.upstream.FakeRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Nothing that a client writes makes the mirror dial anybody, nor do the `urls` of a manifest:
/// `ns`, `Host` and the path are keys into the configuration. How the spellings read: `Traps`.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
class NamespaceTest {

    private final FakeRegistry registry = FakeRegistry.start();
    private final Traps traps = new Traps(registry);
    private final FakeImage image = registry.addImage("org/app", "v1", 1, 70_000);
    private MirrorFixture mirror;

    @BeforeAll
    void start(@TempDir Path root) {
        mirror = MirrorFixture.start(root, MirrorFixture.upstream("upstream.test", registry));
    }

    @AfterAll
    void stop() {
        mirror.close();
        registry.close();
        traps.close();
    }

    private static final String[] HOSTS = {
        "127.0.0.2:{2}",
        "127.2:{2}",
        "127.0.2:{2}",
        "2130706434:{2}",
        "0x7f000002:{2}",
        "0x7F.0x0.0x0.0x2:{2}",
        "017700000002:{2}",
        "0177.0.0.2:{2}",
        "127.0.0.02:{2}",
        "127.000.000.002:{2}",
        "127.0.0.2.:{2}",
        "%31%32%37.0.0.2:{2}",
        "%EF%BC%91%EF%BC%92%EF%BC%97.0.0.2:{2}",
        "127%E3%80%820.0.2:{2}",
        "http://127.0.0.2:{2}",
        "http%3A%2F%2F127.0.0.2%3A{2}",
        "https://127.0.0.2:{2}/",
        "//127.0.0.2:{2}",
        "127.0.0.2:{2}/",
        "127.0.0.2:{2}/v2",
        "127.0.0.2:{2}?x",
        "127.0.0.2:{2}%23upstream.test",
        "user:pass@127.0.0.2:{2}",
        "upstream.test@127.0.0.2:{2}",
        "upstream.test%40127.0.0.2:{2}",
        "upstream.test%5C@127.0.0.2:{2}",
        "upstream.test%2F..%2F127.0.0.2:{2}",
        "upstream.test,127.0.0.2:{2}",
        "upstream.test:{2}@127.0.0.2",
        "%5B::ffff:127.0.0.2%5D:{2}",
        "%5B::ffff:7f00:2%5D:{2}",
        "%5B0:0:0:0:0:ffff:127.0.0.2%5D:{2}",
        "%5B::127.0.0.2%5D:{2}",
        "%5B64:ff9b::127.0.0.2%5D:{2}",
        "127.0.0.1:{1}",
        "127.1:{1}",
        "2130706433:{1}",
        "0:{1}",
        "0.0.0.0:{1}",
        "%5B::%5D:{1}",
        "localhost:{1}",
        "LOCALHOST:{1}",
        "localhost.:{1}",
        "localhost.localdomain:{1}",
        "%5B::1%5D:{6}",
        "%5B0:0:0:0:0:0:0:1%5D:{6}",
        "%5B::1%25lo%5D:{6}",
        "::1:{6}",
        "ip6-localhost:{6}",
        "127.0.0.1:{u}",
        "localhost:{u}",
        "169.254.169.254",
        "metadata.google.internal",
        "upstream.test.",
        "upstream.test:80",
        "upstream.test:{u}",
        "upstream.test.evil.test",
        "notupstream.test",
        "upstream",
        "%20upstream.test",
        "*",
        ".",
        ""
    };

    static String[] hosts() {
        return HOSTS;
    }

    @ParameterizedTest(name = "ns={0} is 404")
    @MethodSource("hosts")
    void anNsIsAKeyAndNeverAnAddress(String spelling) {
        String ns = traps.spell(spelling);
        int asked = registry.requests().size();
        for (String target :
                List.of(
                        "/v2/?ns=",
                        "/v2/org/app/manifests/v1?ns=",
                        "/v2/org/app/tags/list?ns=",
                        "/v2/org/app/blobs/" + image.layers().getFirst().digest() + "?ns=")) {
            Answer answer = mirror.client().get(target + ns);

            assertThat(answer.status()).as(target + ns + answer.text()).isEqualTo(404);
            assertThat(answer.header("OCI-Namespace")).isEmpty();
        }
        assertThat(registry.requests()).hasSize(asked);
        traps.assertNobodyWasCaught();
    }

    @ParameterizedTest(name = "ns={0} is no request")
    @ValueSource(
            strings = {
                "upstream.test%00",
                "upstream.test%0d%0aHost:%20127.0.0.2:{2}",
                "upstream.test&ns=127.0.0.2:{2}",
                "127.0.0.2:{2}&ns=upstream.test",
                "[::1]:{6}",
                "[::ffff:127.0.0.2]:{2}",
                "%",
                "%zz",
                "%ff%fe"
            })
    void anNsThatIsBrokenIsRefused(String spelling) {
        int asked = registry.requests().size();

        Answer answer = mirror.client().get("/v2/org/app/manifests/v1?ns=" + traps.spell(spelling));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(registry.requests()).hasSize(asked);
        traps.assertNobodyWasCaught();
    }

    @Test
    void anUnknownNsIsAnsweredWithinTenMilliseconds() {
        List<Duration> durations = new ArrayList<>();
        for (int i = 0; i < 101; i++) {
            Answer answer = mirror.client().get("/v2/org/app/manifests/v1?ns=unknown.test");
            assertThat(answer.status()).isEqualTo(404);
            durations.add(answer.duration());
        }
        durations.sort(null);
        assertThat(durations.get(50)).isLessThan(Duration.ofMillis(10));
    }

    @ParameterizedTest(name = "Host: {0} is the default upstream")
    @ValueSource(
            strings = {
                "127.0.0.2:{2}",
                "localhost:{1}",
                "[::1]:{6}",
                "127.0.0.1:{1}",
                "169.254.169.254",
                "upstream.test"
            })
    void aHostIsAKeyAndNeverAnAddress(String spelling) {
        Answer answer =
                mirror.client().get("/v2/org/app/manifests/v1", "Host", traps.spell(spelling));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Docker-Content-Digest")).contains(image.digest().toString());
        traps.assertNobodyWasCaught();
    }

    @ParameterizedTest(name = "a name that begins with {0} is a name")
    @ValueSource(
            strings = {"127.0.0.2:{2}", "127.0.0.2", "localhost", "localhost:{1}", "[::1]:{6}"})
    void aPathIsNeverAnAddress(String spelling) {
        Answer answer =
                mirror.client().get("/v2/" + traps.spell(spelling) + "/org/app/manifests/v1");

        assertThat(answer.status()).isIn(400, 404);
        traps.assertNobodyWasCaught();
    }

    /// Neither on request, nor ahead of it.
    @ParameterizedTest(name = "a layer that the upstream lacks is not fetched from {0}")
    @MethodSource("hosts")
    void theUrlsOfALayerAreNeverAnAddress(String spelling) {
        Digest layer = Digest.of(Digest.Algorithm.SHA256, spelling.getBytes(UTF_8));
        String url = "http://" + traps.spell(spelling) + "/v2/org/app/blobs/" + layer;
        String manifest =
                """
                {"schemaVersion":2,"mediaType":"%s","config":%s,"layers":[
                {"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":"%s","size":10,"urls":["%s"]}]}\
                """
                        .formatted(
                                MediaType.OCI_MANIFEST, FakeImage.json(image.config()), layer, url);
        Digest name =
                registry.addManifest("org/app", MediaType.OCI_MANIFEST, manifest.getBytes(UTF_8));

        assertThat(mirror.client().get("/v2/org/app/manifests/" + name).text()).isEqualTo(manifest);
        assertThat(mirror.client().get("/v2/org/app/blobs/" + layer).status()).isEqualTo(404);

        assertThat(registry.requests(FakeRequest.path(layer.toString()))).isNotEmpty();
        traps.assertNobodyWasCaught();
    }
}
