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
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Whatever an upstream writes, its password reaches nobody else, and neither does a connection
/// that it was not free to ask for (CVE-2026-33540). How the spellings read: `Traps`.
@Timeout(60)
class CredentialsTest {

    private static final String USERNAME = "robot";
    private static final String PASSWORD = "s3cr3t-of-the-upstream";

    private final FakeRegistry registry = FakeRegistry.start();
    private final Traps traps = new Traps(registry);
    private final FakeImage image = registry.addImage("org/app", "v1", 1, 70_000);
    @TempDir private Path root = Path.of("");
    private MirrorFixture mirror;

    @BeforeEach
    void start() {
        UpstreamConfig upstream =
                new UpstreamConfig(
                        new RegistryHost("upstream.test"),
                        List.of(registry.uri()),
                        Duration.ZERO,
                        Duration.ZERO,
                        UpstreamConfig.RATE_LIMIT_RESERVE,
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
        traps.close();
    }

    private static List<String> sent(FakeRegistry receiver) {
        return receiver.requests().stream()
                .flatMap(request -> request.header("Authorization").stream())
                .toList();
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
                            "<%s%s?last=a>; rel=\"next\"".formatted(traps.spell(spelling), list)));

            Answer answer = mirror.client().get(list);

            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.header("Link")).contains("<" + list + "?last=a>; rel=\"next\"");
            assertThat(mirror.client().get(list + "?last=a").status()).isEqualTo(200);
        }
        assertThat(sent(registry)).isNotEmpty();
        traps.assertNobodyWasCaught();
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
        registry.require(FakeAuth.bearer().realm(traps.spell(realm)));

        Answer answer = mirror.client().get("/v2/org/app/manifests/v1");

        assertThat(answer.status()).isEqualTo(502);
        assertThat(answer.text()).doesNotContain(PASSWORD);
        assertThat(sent(registry)).isEmpty();
        traps.assertNobodyWasCaught();
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
        FakeRegistry cdn = traps.other();
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
