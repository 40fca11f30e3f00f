package dev.tarn.upstream;

import dev.tarn.oci.RegistryException.UpstreamFailed;
import dev.tarn.oci.RegistryException.UpstreamFailed.Kind;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/// Asks one registry: with a token where it wants one, and where it sends us on, there.
final class RegistryClient {
    private static final int REDIRECTS_MAX = 5;
    private static final int ATTEMPTS_MAX = 3; // with nothing, with a kept token, with a new one
    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);

    private final ConnectionPool pool;
    private final DialPolicy policy;
    private final Authenticator authenticator;
    private final Consumer<Lane> lastLook;

    /// @param lastLook is told of each request that has its turn; throws where it should not go out
    ///   any more. Not of those for tokens, which are for blobs and everything else alike.
    RegistryClient(UpstreamConfig config, URI url, Network network, Consumer<Lane> lastLook) {
        this.lastLook = lastLook;
        this.policy = DialPolicy.of(url, config.allowedHosts());
        this.pool =
                new ConnectionPool(
                        network, new Dialer(network, policy, config.ca()), config.connections());
        this.authenticator = new Authenticator(policy, config.credentials(), pool);
    }

    /// For how long tokens have been asked for, in all.
    Duration tokenTime() {
        return authenticator.tokenTime();
    }

    /// Where the registry is.
    Origin origin() {
        return policy.own();
    }

    boolean isOwn(Url url) {
        return policy.isOwn(url.origin());
    }

    /// Asks the registry.
    ///
    /// @param scope what a token for this must be for
    /// @param target path and query
    Exchange send(String scope, String target, Request request, Lane lane)
            throws InterruptedException {
        Url url = new Url(policy.own(), target);
        Authenticator.Grant grant = authenticator.expected(scope);
        for (int attempt = 1; ; attempt++) {
            Exchange exchange = follow(send(url, request.authorizedBy(grant.header()), lane), lane);
            boolean isRefused = exchange.status() == 401 && isOwn(exchange.url());
            if (!isRefused || attempt == ATTEMPTS_MAX) {
                return exchange;
            }
            Optional<Authenticator.Grant> next = answer(exchange, scope, grant);
            if (next.isEmpty()) {
                return exchange;
            }
            grant = next.get();
        }
    }

    /// Empty, and the exchange still to be read, where the challenge has no answer.
    private Optional<Authenticator.Grant> answer(
            Exchange exchange, String scope, Authenticator.Grant refused)
            throws InterruptedException {
        if (refused.isNew()) {
            authenticator.forget(scope);
            return Optional.empty();
        }
        Optional<Challenge> challenge =
                authenticator.choose(Challenge.parse(exchange.headers("www-authenticate")));
        if (challenge.isEmpty()) {
            return Optional.empty();
        }
        exchange.discard(); // first, so that no connection is held while a token is waited for
        return Optional.of(authenticator.answer(challenge.get(), scope, refused));
    }

    /// Asks somewhere else, where the registry has sent us before. No credentials, no redirects.
    Exchange sendElsewhere(Url url, Request request, Lane lane) throws InterruptedException {
        return send(url, request, lane);
    }

    private Exchange send(Url url, Request request, Lane lane) throws InterruptedException {
        return pool.send(url, request, lane, () -> lastLook.accept(lane));
    }

    private Exchange follow(Exchange first, Lane lane) throws InterruptedException {
        Exchange exchange = first;
        for (int hops = 0; REDIRECTS.contains(exchange.status()); hops++) {
            try (Exchange redirect = exchange) {
                if (hops == REDIRECTS_MAX) {
                    throw failed("redirects more than " + REDIRECTS_MAX + " times");
                }
                Url next = next(redirect);
                redirect.discard();
                Request request = redirect.request();
                if (!next.origin().equals(redirect.url().origin())) {
                    request = request.authorizedBy(Optional.empty());
                }
                exchange = send(next, request, lane);
            }
        }
        return exchange;
    }

    private Url next(Exchange redirect) {
        Url next;
        try {
            next = redirect.url().resolve(redirect.header("location").orElse(""));
        } catch (IllegalArgumentException e) {
            throw failed("redirects to " + e.getMessage());
        }
        if (redirect.url().origin().isSecure() && !next.origin().isSecure()) {
            throw failed("redirects from https to http");
        }
        return next;
    }

    private UpstreamFailed failed(String what) {
        return new UpstreamFailed(Kind.BAD_ANSWER, policy.own() + " " + what);
    }
}
