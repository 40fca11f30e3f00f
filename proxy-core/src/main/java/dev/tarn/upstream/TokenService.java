package dev.tarn.upstream;

import dev.tarn.oci.RegistryException.Refused;
import dev.tarn.oci.RegistryException.Throttled;
import dev.tarn.oci.RegistryException.UpstreamFailed;
import dev.tarn.oci.RegistryException.UpstreamFailed.Kind;
import dev.tarn.oci.Secret;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// Asks for a token as Distribution's token specification says: GET the realm with `service` and
/// `scope`. No redirect is followed: the credentials are for this address and no other.
final class TokenService implements Tokens.Service {
    private static final int BODY_MAX = 64 << 10;
    private static final int TOKEN_LENGTH_MAX = 16 << 10;
    private static final long LIFETIME_SECONDS = 60; // where the service does not say
    private static final long LIFETIME_SECONDS_MAX = Duration.ofDays(1).toSeconds();

    private final ConnectionPool pool;
    private final Optional<Secret> basic;

    /// @param basic the `Authorization` of our credentials; empty to ask anonymously
    TokenService(ConnectionPool pool, Optional<Secret> basic) {
        this.pool = pool;
        this.basic = basic;
    }

    @Override
    public Token fetch(Token.Key key) throws InterruptedException {
        Request request = Request.get(Map.of("Accept", "application/json")).authorizedBy(basic);
        try (Exchange exchange = pool.send(url(key), request, Lane.METADATA)) {
            String who = "the token service " + key.realm().origin().host();
            return switch (exchange.status()) {
                case 200 ->
                        parse(exchange.readAll(BODY_MAX))
                                .orElseThrow(() -> failed(who + " answered with something else"));
                case 401 -> throw Refused.unauthorized(who + " does not know us");
                case 403 -> throw Refused.denied(who + " denies us a token");
                case 429 ->
                        throw Throttled.told(
                                who + " wants fewer requests",
                                RetryAfter.parse(exchange.header("retry-after"), Instant.now()));
                default -> throw failed(who + " answered " + exchange.status());
            };
        }
    }

    private static UpstreamFailed failed(String what) {
        return new UpstreamFailed(Kind.BAD_ANSWER, what);
    }

    private static Url url(Token.Key key) {
        List<String> query = new ArrayList<>();
        if (!key.service().isEmpty()) {
            query.add("service=" + Url.encoded(key.service()));
        }
        // Several scopes in one challenge are separated by spaces, and sent apart.
        for (String scope : key.scope().split(" ", -1)) {
            if (!scope.isEmpty()) {
                query.add("scope=" + Url.encoded(scope));
            }
        }
        return query.isEmpty() ? key.realm() : key.realm().withQuery(String.join("&", query));
    }

    static Optional<Token> parse(byte[] body) {
        return StrangersJson.parse(body).flatMap(TokenService::token);
    }

    private static Optional<Token> token(JsonNode document) {
        String text = StrangersJson.text(document, "token");
        if (text.isEmpty()) {
            text = StrangersJson.text(document, "access_token");
        }
        boolean isToken =
                !text.isEmpty()
                        && text.length() <= TOKEN_LENGTH_MAX
                        && text.chars().allMatch(c -> c > ' ' && c < 0x7f);
        JsonNode expiresIn = document.path("expires_in");
        long seconds = expiresIn.canConvertToLong() ? expiresIn.asLong() : LIFETIME_SECONDS;
        Duration lifetime = Duration.ofSeconds(Math.clamp(seconds, 0, LIFETIME_SECONDS_MAX));
        return isToken ? Optional.of(new Token(new Secret(text), lifetime)) : Optional.empty();
    }
}
