package dev.tarn.upstream;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.tarn.oci.RegistryException.Refused;
import dev.tarn.oci.RegistryException.UpstreamFailed;
import dev.tarn.oci.RegistryException.UpstreamFailed.Kind;
import dev.tarn.oci.Secret;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/// Finds out what to say in the `Authorization` header to one upstream. What it answers is for the
/// upstream's own origin only.
final class Authenticator {
    private static final int SCOPES_MAX = 10_000;
    private static final Grant NOTHING = new Grant(Optional.empty(), false);

    /// What to say.
    ///
    /// @param isNew whether it was asked for just now, so that asking again would not help
    record Grant(Optional<Secret> header, boolean isNew) {}

    private final DialPolicy policy;
    private final Optional<Secret> basic;
    private final Tokens tokens;
    private final Cache<String, Token.Key> keysByScope =
            Caffeine.newBuilder().maximumSize(SCOPES_MAX).build();
    private volatile boolean wantsBasic;

    Authenticator(DialPolicy policy, Optional<Credentials> credentials, ConnectionPool pool) {
        this.policy = policy;
        this.basic = credentials.map(Authenticator::basic);
        this.tokens = new Tokens(new TokenService(pool, basic), System::nanoTime);
    }

    private static Secret basic(Credentials credentials) {
        String pair = credentials.username() + ":" + credentials.password().reveal();
        return new Secret(
                "Basic "
                        + Base64.getEncoder()
                                .encodeToString(pair.getBytes(StandardCharsets.UTF_8)));
    }

    /// For how long tokens have been asked for, in all.
    Duration tokenTime() {
        return tokens.time();
    }

    /// What was right the last time, before the upstream asks.
    Grant expected(String scope) throws InterruptedException {
        Token.Key key = keysByScope.getIfPresent(scope);
        if (key == null) {
            return wantsBasic ? new Grant(basic, true) : NOTHING;
        }
        try {
            Optional<Secret> kept = tokens.find(key);
            Secret token = kept.isPresent() ? kept.get() : tokens.fetch(key);
            return bearer(token, kept.isEmpty());
        } catch (UpstreamFailed | Refused e) {
            forget(scope); // tokens may come from elsewhere by now
            throw e;
        }
    }

    /// What was right the last time is right no more: the next request waits to be asked.
    void forget(String scope) {
        keysByScope.invalidate(scope);
        wantsBasic = false;
    }

    /// The one of these that we answer; empty where we have nothing to say to any.
    Optional<Challenge> choose(List<Challenge> challenges) {
        return first(challenges, this::isTrusted)
                .or(() -> basic.flatMap(_ -> first(challenges, Challenge::isBasic)))
                .or(() -> first(challenges, Challenge::isBearer));
    }

    private static Optional<Challenge> first(
            List<Challenge> challenges, Predicate<Challenge> which) {
        return challenges.stream().filter(which).findFirst();
    }

    /// What answers the chosen challenge, after `refused` did not.
    Grant answer(Challenge challenge, String scope, Grant refused) throws InterruptedException {
        if (isTrusted(challenge)) {
            return token(challenge, scope, refused);
        }
        if (challenge.isBearer()) {
            throw foreign(challenge);
        }
        wantsBasic = true;
        return new Grant(basic, true);
    }

    private UpstreamFailed foreign(Challenge bearer) {
        String sends = policy.own() + " sends us for a token to ";
        Origin realm;
        try {
            realm = Url.parse(bearer.parameter("realm").orElse("")).origin();
        } catch (IllegalArgumentException e) {
            return new UpstreamFailed(Kind.BAD_ANSWER, sends + e.getMessage(), e);
        }
        if (policy.own().isSecure() && !realm.isSecure()) {
            return new UpstreamFailed(Kind.BAD_ANSWER, sends + realm + ", which is not https");
        }
        return ObstacleException.failure(
                Kind.BAD_ANSWER,
                Obstacle.REALM,
                realm.authority(),
                sends + realm + ", which is neither its own nor listed in allowed-hosts",
                null);
    }

    private Grant token(Challenge bearer, String scope, Grant refused) throws InterruptedException {
        Token.Key key =
                new Token.Key(
                        Url.parse(bearer.parameter("realm").orElseThrow()),
                        bearer.parameter("service").orElse(""),
                        bearer.parameter("scope").orElse(scope));
        refused.header().ifPresent(header -> tokens.forget(key, secretOf(header)));
        Optional<Secret> kept = tokens.find(key);
        Secret token = kept.isPresent() ? kept.get() : tokens.fetch(key);
        keysByScope.put(scope, key);
        return bearer(token, kept.isEmpty());
    }

    private boolean isTrusted(Challenge challenge) {
        try {
            return challenge.isBearer()
                    && policy.trustsRealm(
                            Url.parse(challenge.parameter("realm").orElse("")).origin());
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static Grant bearer(Secret token, boolean isNew) {
        return new Grant(Optional.of(new Secret("Bearer " + token.reveal())), isNew);
    }

    private static Secret secretOf(Secret header) {
        return new Secret(header.reveal().substring(header.reveal().indexOf(' ') + 1));
    }
}
