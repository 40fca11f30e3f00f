package dev.tarn.cli;

import static dev.tarn.upstream.FakeRequest.path;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.oci.RegistryHost;
import dev.tarn.oci.Secret;
import dev.tarn.upstream.Credentials;
import dev.tarn.upstream.FakeAuth;
import dev.tarn.upstream.FakeImage;
import dev.tarn.upstream.FakeRegistry;
import dev.tarn.upstream.FakeRequest;
import dev.tarn.upstream.Fault;
import dev.tarn.upstream.UpstreamConfig;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Nothing that a client or an upstream writes makes the mirror dial somebody else, or tell a
/// password to anybody but the upstream (CVE-2026-33540). The traps are registries that hold what
/// is asked for, on every kind of loopback address: whoever dials them gets an answer, and is
/// caught. `{2}` in a spelling is the port of the trap on 127.0.0.2, `{1}` and `{6}` of those on
/// 127.0.0.1 and ::1, `{u}` the upstream's own.
@Timeout(60)
class CredentialsTest {

    private static final String USERNAME = "robot";
    private static final String PASSWORD = "s3cr3t-of-the-upstream";

    private final FakeRegistry registry = FakeRegistry.start();
    private final Map<String, FakeRegistry> traps =
            Map.of(
                    "{1}",
                    FakeRegistry.start(),
                    "{2}",
                    FakeRegistry.startOn("127.0.0.2"),
                    "{6}",
                    FakeRegistry.startOn("::1"));
    private final FakeImage image = registry.addImage("org/app", "v1", 1, 70_000);
    @TempDir private Path root = Path.of("");
    private MirrorFixture mirror;

    @BeforeEach
    void start() {
        traps.values().forEach(trap -> trap.addImage("org/app", "v1", 1, 70_000));
        UpstreamConfig upstream =
                new UpstreamConfig(
                        new RegistryHost("upstream.test"),
                        registry.uri(),
                        Duration.ZERO,
                        Optional.empty(),
                        Optional.of(new Credentials(USERNAME, new Secret(PASSWORD))),
                        List.of(),
                        UpstreamConfig.CONNECTIONS);
        mirror = MirrorFixture.start(root, upstream);
    }

    @AfterEach
    void stop() {
        mirror.close();
        registry.close();
        traps.values().forEach(FakeRegistry::close);
    }

    private String ported(String spelling) {
        String text = spelling.replace("{u}", "" + registry.port());
        for (Map.Entry<String, FakeRegistry> trap : traps.entrySet()) {
            text = text.replace(trap.getKey(), "" + trap.getValue().port());
        }
        return text;
    }

    private void assertNobodyWasCaught() {
        traps.values().forEach(trap -> assertThat(trap.connections()).isZero());
    }

    private static List<String> sent(FakeRegistry receiver) {
        return receiver.requests().stream()
                .flatMap(request -> request.header("Authorization").stream())
                .toList();
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
        String ns = ported(spelling);
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
        assertThat(registry.connections()).isZero();
        assertNobodyWasCaught();
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
        Answer answer = mirror.client().get("/v2/org/app/manifests/v1?ns=" + ported(spelling));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(registry.connections()).isZero();
        assertNobodyWasCaught();
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
        Answer answer = mirror.client().get("/v2/org/app/manifests/v1", "Host", ported(spelling));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Docker-Content-Digest")).contains(image.digest().toString());
        assertNobodyWasCaught();
    }

    @ParameterizedTest(name = "a name that begins with {0} is a name")
    @ValueSource(
            strings = {"127.0.0.2:{2}", "127.0.0.2", "localhost", "localhost:{1}", "[::1]:{6}"})
    void aPathIsNeverAnAddress(String spelling) {
        Answer answer = mirror.client().get("/v2/" + ported(spelling) + "/org/app/manifests/v1");

        assertThat(answer.status()).isIn(400, 404);
        assertNobodyWasCaught();
    }

    @ParameterizedTest(name = "Link: <{0}/…>")
    @ValueSource(
            strings = {
                "http://127.0.0.2:{2}",
                "https://127.0.0.2:{2}",
                "//127.0.0.2:{2}",
                "http://localhost:{1}",
                "http://[::1]:{6}",
                "http://2130706434:{2}",
                "http://0x7f.2:{2}",
                "http://[::ffff:127.0.0.2]:{2}",
                "http://user:pass@127.0.0.2:{2}",
                "http://127.0.0.1:{u}@127.0.0.2:{2}",
                "http:\\\\127.0.0.2:{2}",
                "http://169.254.169.254",
                "http://127.0.0.1:{1}"
            })
    void aLinkLeadsToNobodyElse(String spelling) {
        registry.require(FakeAuth.basic(USERNAME, PASSWORD));
        for (String list :
                List.of("/v2/org/app/tags/list", "/v2/org/app/referrers/" + image.digest())) {
            registry.setReferrers(
                    "org/app",
                    image.digest(),
                    "{\"schemaVersion\":2,\"manifests\":[],\"mediaType\":\"application/vnd.oci.image.index.v1+json\"}"
                            .getBytes(StandardCharsets.UTF_8));
            registry.inject(
                    Fault.header(
                            "Link",
                            "<%s%s?last=a>; rel=\"next\"".formatted(ported(spelling), list)));

            Answer answer = mirror.client().get(list);

            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.header("Link")).contains("<" + list + "?last=a>; rel=\"next\"");
            assertThat(mirror.client().get(list + "?last=a").status()).isEqualTo(200);
        }
        assertThat(sent(registry)).isNotEmpty();
        assertNobodyWasCaught();
    }

    @ParameterizedTest(name = "realm=\"{0}\"")
    @ValueSource(
            strings = {
                "http://127.0.0.2:{2}/token",
                "http://127.0.0.1:{1}/token",
                "http://localhost:{u}/token",
                "http://[::1]:{6}/token",
                "http://127.0.0.1:{u}@127.0.0.2:{2}/token",
                "http://169.254.169.254/token"
            })
    void aRealmElsewhereGetsNothing(String realm) {
        registry.require(FakeAuth.bearer().realm(ported(realm)));

        Answer answer = mirror.client().get("/v2/org/app/manifests/v1");

        assertThat(answer.status()).isEqualTo(502);
        assertThat(answer.text()).doesNotContain(PASSWORD);
        assertThat(sent(registry)).isEmpty();
        assertNobodyWasCaught();
    }

    @Test
    void theOwnRealmGetsThePasswordAndTheRegistryTheToken() {
        registry.require(FakeAuth.bearer().credentials(USERNAME, PASSWORD));

        assertThat(mirror.client().get("/v2/org/app/manifests/v1").status()).isEqualTo(200);
        assertThat(registry.requests(path("/token")))
                .isNotEmpty()
                .allSatisfy(request ->
                        assertThat(request.header("Authorization").orElse(""))
                                .startsWith("Basic "));
        assertThat(registry.requests(path("/v2/")))
                .allSatisfy(request ->
                        assertThat(request.header("Authorization").orElse("Bearer "))
                                .startsWith("Bearer "));
    }

    @Test
    void aRedirectIsFollowedWithoutThePassword() {
        FakeRegistry cdn = traps.getOrDefault("{2}", registry);
        String blob = "/v2/org/app/blobs/" + image.layers().getFirst().digest();
        registry.require(FakeAuth.basic(USERNAME, PASSWORD));
        registry.inject(
                Fault.redirect(cdn.uri() + blob),
                request -> request.header("Authorization").isPresent());

        Answer answer = mirror.client().get(blob);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.isComplete()).isTrue();
        assertThat(cdn.requests(FakeRequest.path(blob))).isNotEmpty();
        assertThat(sent(cdn)).isEmpty();
    }

    @Test
    void whatAClientSaysOfItselfIsNotPassedOn() {
        String[] headers = {
            "Authorization",
            "Basic Y2xpZW50OnNlY3JldA==",
            "Cookie",
            "a=b",
            "X-Forwarded-For",
            "1.2.3.4"
        };
        assertThat(mirror.client().get("/v2/org/app/manifests/v1", headers).status())
                .isEqualTo(200);

        assertThat(registry.requests())
                .isNotEmpty()
                .allSatisfy(request -> {
                    assertThat(request.header("Authorization")).isEmpty();
                    assertThat(request.header("Cookie")).isEmpty();
                    assertThat(request.header("X-Forwarded-For")).isEmpty();
                });
    }

    @Test
    void theUpstreamsOwnWordsDoNotRepeatThePasswordToAClient() {
        registry.require(FakeAuth.basic(USERNAME, PASSWORD));
        registry.inject(
                Fault.status(403, PASSWORD),
                request -> request.header("Authorization").isPresent());

        Answer answer = mirror.client().get("/v2/org/app/manifests/v1");

        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.text()).doesNotContain(PASSWORD);
    }
}
