package dev.tarn.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.tarn.oci.RegistryException;
import dev.tarn.oci.RegistryException.Refused;
import dev.tarn.oci.RegistryException.Throttled;
import dev.tarn.oci.RegistryException.UpstreamFailed;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AuthenticationTest {
    private static final String BASIC =
            "Basic "
                    + Base64.getEncoder()
                            .encodeToString(
                                    (Strangers.USERNAME + ":" + Strangers.PASSWORD)
                                            .getBytes(StandardCharsets.UTF_8));

    private final FakeRegistry registry = FakeRegistry.start();
    private final Strangers strangers = new Strangers();
    private final FakeImage image = registry.addImage("library/app", "latest", 1, 1_000, 2_000);

    @AfterEach
    void close() {
        strangers.close();
        registry.close();
    }

    private List<FakeRequest> tokenRequests() {
        return registry.requests(FakeRequest.path("/token"));
    }

    @Test
    void asksForATokenOnceAndThenSendsItUnasked() throws InterruptedException {
        registry.require(FakeAuth.bearer());
        HttpUpstream upstream = strangers.upstream(registry);

        Strangers.pull(upstream, "latest");
        Strangers.pullBlob(upstream, image.layers().get(0).digest());
        Strangers.pullBlob(upstream, image.layers().get(1).digest());

        assertThat(registry.requests()).hasSize(5); // 401, token, and one for each
        assertThat(tokenRequests().getFirst().query())
                .containsEntry("service", "fake registry")
                .containsEntry("scope", "repository:library/app:pull");
        assertThat(tokenRequests().getFirst().header("Authorization")).isEmpty();
        assertThat(registry.connections()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {FakeAuth.TOKEN, FakeAuth.ACCESS_TOKEN})
    void takesATokenUnderEitherName(String member) throws InterruptedException {
        registry.require(FakeAuth.bearer().member(member).expiresIn(Optional.empty()));

        assertThat(Strangers.pull(strangers.upstream(registry), "latest").digest())
                .isEqualTo(image.digest());
    }

    @Test
    void sendsCredentialsToTheTokenServiceAndOnlyTheTokenToTheRegistry()
            throws InterruptedException {
        registry.require(FakeAuth.bearer().credentials(Strangers.USERNAME, Strangers.PASSWORD));

        Strangers.pull(strangers.credentials().upstream(registry), "latest");

        assertThat(tokenRequests().getFirst().header("Authorization")).contains(BASIC);
        assertThat(registry.requests(FakeRequest.path("/manifests/")))
                .extracting(request -> request.header("Authorization").orElse(""))
                .containsExactly("", "Bearer fake-token-1");
    }

    @Test
    void answersBasicAndThenUnasked() throws InterruptedException {
        registry.require(FakeAuth.basic(Strangers.USERNAME, Strangers.PASSWORD));
        HttpUpstream upstream = strangers.credentials().upstream(registry);

        Strangers.pull(upstream, "latest");
        Strangers.pull(upstream, "latest");

        assertThat(registry.requests())
                .extracting(request -> request.header("Authorization").orElse(""))
                .containsExactly("", BASIC, BASIC);
    }

    @Test
    void withoutCredentialsBasicIsARefusal() {
        registry.require(FakeAuth.basic(Strangers.USERNAME, Strangers.PASSWORD));

        assertThatExceptionOfType(Refused.class)
                .isThrownBy(() -> Strangers.pull(strangers.upstream(registry), "latest"));
        assertThat(registry.requests()).hasSize(1);
    }

    @Test
    void aRefusalThatWeCannotAnswerIsReadHoweverLongItIs() {
        registry.inject(
                Fault.status(401)
                        .and(Fault.header("WWW-Authenticate", "Basic realm=\"fake registry\""))
                        .and(Fault.body("text/html", "Please log in." + " ".repeat(40_000))));

        assertThatExceptionOfType(Refused.class)
                .isThrownBy(() -> Strangers.pull(strangers.upstream(registry), "latest"))
                .withMessageContaining("Please log in.");
    }

    @Test
    void wrongCredentialsAreARefusalThatNamesNoSecret() {
        registry.require(FakeAuth.basic(Strangers.USERNAME, "another"));
        registry.inject(
                Fault.status(401)
                        .and(Fault.header("WWW-Authenticate", "Basic realm=\"x\""))
                        .and(
                                Fault.body(
                                        "text/plain",
                                        "you said " + BASIC + " that is " + Strangers.PASSWORD)));

        assertThatExceptionOfType(Refused.class)
                .isThrownBy(
                        () -> Strangers.pull(strangers.credentials().upstream(registry), "latest"))
                .withMessageContaining("you said")
                .satisfies(e ->
                        assertThat(e.getMessage())
                                .doesNotContain(Strangers.PASSWORD, BASIC.substring(6)));
        assertThat(registry.requests()).hasSize(2);
    }

    @Test
    void aTokenThatIsRefusedIsAskedForAnewOnce() throws InterruptedException {
        FakeAuth auth = FakeAuth.bearer();
        registry.require(auth);
        HttpUpstream upstream = strangers.upstream(registry);
        Strangers.pull(upstream, "latest");

        auth.revoke();
        assertThat(Strangers.pull(upstream, "latest").digest()).isEqualTo(image.digest());

        assertThat(auth.issued()).isEqualTo(2);
    }

    @Test
    void aTokenThatIsNeverTakenEndsInARefusal() {
        FakeAuth auth = FakeAuth.bearer();
        registry.require(auth);
        registry.inject(_ -> auth.revoke(), FakeRequest.path("/token"));
        HttpUpstream upstream = strangers.upstream(registry);

        assertThatExceptionOfType(Refused.class)
                .isThrownBy(() -> Strangers.pull(upstream, "latest"));
        assertThat(registry.requests()).hasSize(3);
    }

    @Test
    void aChallengeThatMovesIsFollowedTheNextTime() throws InterruptedException {
        registry.require(FakeAuth.bearer());
        HttpUpstream upstream = strangers.upstream(registry);
        Strangers.pull(upstream, "latest");
        registry.require(FakeAuth.bearer().service(Optional.of("other")).scope("all"));

        Strangers.pull(upstream, "latest");

        assertThat(tokenRequests().getLast().query()).containsEntry("scope", "all");
    }

    @Test
    void aTokenServiceThatMovesIsFoundAgain() throws InterruptedException {
        FakeAuth auth =
                FakeAuth.bearer().expiresIn(Optional.of(0)).realm(registry.uri() + "/token?at=old");
        registry.require(auth);
        HttpUpstream upstream = strangers.upstream(registry);
        Strangers.pull(upstream, "latest");
        auth.realm(registry.uri() + "/token?at=new");
        registry.inject(Fault.status(404), r -> "old".equals(r.query().get("at")));

        assertThatExceptionOfType(UpstreamFailed.class)
                .isThrownBy(() -> Strangers.pull(upstream, "latest"));
        assertThat(Strangers.pull(upstream, "latest").size()).isPositive();
    }

    @Test
    void tokensThatEndAtOnceAreAskedForEachTime() throws InterruptedException {
        FakeAuth auth = FakeAuth.bearer().expiresIn(Optional.of(0));
        registry.require(auth);
        HttpUpstream upstream = strangers.upstream(registry);

        Strangers.pull(upstream, "latest");
        Strangers.pull(upstream, "latest");

        assertThat(auth.issued()).isEqualTo(2);
    }

    @Test
    void aHundredPullsNeedOneToken() throws Exception {
        FakeAuth auth = FakeAuth.bearer();
        registry.require(auth);
        HttpUpstream upstream = strangers.budgets(Budgets.STANDARD).upstream(registry);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> pulls = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                pulls.add(threads.submit(() -> Strangers.pull(upstream, "latest")));
            }
            for (Future<?> pull : pulls) {
                pull.get();
            }
        }
        assertThat(auth.issued()).isEqualTo(1);
    }

    @Test
    void asksEcrForItsOneScope() throws InterruptedException {
        registry.require(FakeAuth.bearer().scope("aws"));

        Strangers.pull(strangers.upstream(registry), "latest");

        assertThat(tokenRequests().getFirst().query()).containsEntry("scope", "aws");
    }

    @Test
    void asksForTheRepositoryWhereTheChallengeNamesNoScope() throws InterruptedException {
        registry.require(
                FakeAuth.bearer()
                        .challenge("Bearer realm=\"" + registry.uri() + "/token?account=x\""));

        Strangers.pull(strangers.upstream(registry), "latest");

        assertThat(tokenRequests().getFirst().target())
                .isEqualTo("/token?account=x&scope=repository%3Alibrary%2Fapp%3Apull");
    }

    @Test
    void takesTheSecondChallengeWhereTheFirstIsNotForUs() throws InterruptedException {
        registry.require(
                FakeAuth.bearer()
                        .challenge(
                                "Negotiate, Bearer realm=\"https://evil.example/token\", Bearer realm=\""
                                        + registry.uri()
                                        + "/token\""));

        assertThat(Strangers.pull(strangers.upstream(registry), "latest").digest())
                .isEqualTo(image.digest());
    }

    @Test
    void aTokenServiceThatRedirectsIsNotFollowed() {
        registry.require(FakeAuth.bearer());
        registry.inject(Fault.redirect("/elsewhere"), FakeRequest.path("/token"));

        assertThatExceptionOfType(UpstreamFailed.class)
                .isThrownBy(() -> Strangers.pull(strangers.upstream(registry), "latest"))
                .withMessageContaining("answered 307");
        assertThat(registry.requests(FakeRequest.path("/elsewhere"))).isEmpty();
    }

    @Test
    void readsNoTokenOfMoreThanSixtyFourKibibytes() {
        registry.require(FakeAuth.bearer());
        registry.inject(
                Fault.body("application/json", "{\"token\":\"x\"}" + " ".repeat(64 << 10)),
                FakeRequest.path("/token"));

        assertThatExceptionOfType(UpstreamFailed.class)
                .isThrownBy(() -> Strangers.pull(strangers.upstream(registry), "latest"))
                .withMessageContaining("more than 65536 bytes");
    }

    private void assertTokenFault(Fault fault, Class<? extends RegistryException> expected) {
        registry.heal();
        registry.inject(fault, FakeRequest.path("/token"));
        assertThatExceptionOfType(expected)
                .isThrownBy(() -> Strangers.pull(strangers.upstream(registry), "latest"));
    }

    @Test
    void aTokenServiceMayRefuseOrThrottleOrTalkNonsense() {
        registry.require(FakeAuth.bearer());

        assertTokenFault(Fault.status(401), Refused.class);
        assertTokenFault(Fault.status(403), Refused.class);
        assertTokenFault(Fault.throttled("5"), Throttled.class);
        assertTokenFault(Fault.status(500), UpstreamFailed.class);
        assertTokenFault(Fault.html(), UpstreamFailed.class);
        assertTokenFault(Fault.hang(), UpstreamFailed.class);
    }
}
