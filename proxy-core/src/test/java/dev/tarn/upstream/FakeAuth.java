package dev.tarn.upstream;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/// How a `FakeRegistry` wants to be asked. Two registries may share one: the first asks for the
/// tokens that the second hands out.
public final class FakeAuth {

    /// Names of the member of the token document that carries the token.
    public static final String TOKEN = "token";

    public static final String ACCESS_TOKEN = "access_token";

    private final boolean isBasic;
    private final Map<String, String> scopeByToken = new ConcurrentHashMap<>();
    private final AtomicInteger issued = new AtomicInteger();
    private volatile Optional<String> credentials = Optional.empty();
    private volatile String realm = "";
    private volatile Optional<String> service = Optional.of("fake registry");
    private volatile Optional<String> scope = Optional.empty();
    private volatile Optional<String> challenge = Optional.empty();
    private volatile String member = TOKEN;
    private volatile Optional<Integer> expiresIn = Optional.of(300);

    private FakeAuth(boolean isBasic) {
        this.isBasic = isBasic;
    }

    public static FakeAuth basic(String username, String password) {
        return new FakeAuth(true).credentials(username, password);
    }

    /// Tokens for everybody, from the registry's own `/token`.
    public static FakeAuth bearer() {
        return new FakeAuth(false);
    }

    /// Tokens only for this one.
    public FakeAuth credentials(String username, String password) {
        byte[] pair = (username + ":" + password).getBytes(StandardCharsets.UTF_8);
        credentials = Optional.of("Basic " + Base64.getEncoder().encodeToString(pair));
        return this;
    }

    /// Where the challenge says that tokens are; empty is this registry's `/token`.
    public FakeAuth realm(String realm) {
        this.realm = realm;
        return this;
    }

    public FakeAuth service(Optional<String> service) {
        this.service = service;
        return this;
    }

    /// The scope in the challenge; without it, `repository:<name>:pull`.
    public FakeAuth scope(String scope) {
        this.scope = Optional.of(scope);
        return this;
    }

    /// The challenge, word for word.
    public FakeAuth challenge(String challenge) {
        this.challenge = Optional.of(challenge);
        return this;
    }

    /// `TOKEN` or `ACCESS_TOKEN`.
    public FakeAuth member(String member) {
        this.member = member;
        return this;
    }

    public FakeAuth expiresIn(Optional<Integer> seconds) {
        this.expiresIn = seconds;
        return this;
    }

    /// From now on no token that was handed out is taken.
    public void revoke() {
        scopeByToken.clear();
    }

    /// How many tokens were handed out.
    public int issued() {
        return issued.get();
    }

    boolean isSatisfied(FakeRequest request, String neededScope) {
        String authorization = request.header("Authorization").orElse("");
        if (isBasic) {
            return authorization.equals(credentials.orElseThrow());
        }
        return authorization.startsWith("Bearer ")
                && scope.orElse(neededScope)
                        .equals(scopeByToken.get(authorization.substring("Bearer ".length())));
    }

    FakeAnswer challenge(String ownUri, String neededScope) {
        String text = challenge.orElseGet(() -> ownChallenge(ownUri, scope.orElse(neededScope)));
        return FakeAnswer.error(401, "UNAUTHORIZED").with("WWW-Authenticate", text);
    }

    private String ownChallenge(String ownUri, String neededScope) {
        if (isBasic) {
            return "Basic realm=\"fake registry\"";
        }
        String where = realm.isEmpty() ? ownUri + "/token" : realm;
        return "Bearer realm=\"%s\"".formatted(where)
                + service.map(",service=\"%s\""::formatted).orElse("")
                + (neededScope.isEmpty() ? "" : ",scope=\"%s\"".formatted(neededScope));
    }

    FakeAnswer token(FakeRequest request) {
        Optional<String> authorization = request.header("Authorization");
        if (credentials.isPresent() && !authorization.equals(credentials)) {
            return FakeAnswer.error(401, "UNAUTHORIZED");
        }
        String token = "fake-token-" + issued.incrementAndGet();
        scopeByToken.put(token, request.query().getOrDefault("scope", ""));
        Map<String, String> document = new LinkedHashMap<>();
        document.put(member, "\"" + token + "\"");
        expiresIn.ifPresent(seconds -> document.put("expires_in", seconds.toString()));
        String json =
                String.join(
                        ",",
                        document.entrySet().stream()
                                .map(e -> "\"" + e.getKey() + "\":" + e.getValue())
                                .toList());
        return FakeAnswer.json(200, "{" + json + "}");
    }
}
