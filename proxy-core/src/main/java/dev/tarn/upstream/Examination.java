package dev.tarn.upstream;

import dev.tarn.oci.DockerHub;
import dev.tarn.oci.ErrorCode;
import dev.tarn.oci.RegistryException;
import dev.tarn.oci.RegistryException.Unknown;
import java.net.URI;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Asks one address of an upstream whether a mirror could pull from there, by the same way as a
/// pull goes. Nothing is pulled. One virtual thread asks.
public final class Examination {
    private static final String BASE = "/v2/";

    /// Answers that leave it to a login whether all is well.
    private static final Set<Integer> OPEN_OR_CLOSED = Set.of(200, 301, 302, 307, 308, 401, 403);

    /// Where Docker Hub says how many pulls are left; asking there by HEAD is none of them (its
    /// documentation, "Usage and limits").
    private static final String HUB_SCOPE = "repository:ratelimitpreview/test:pull";

    private static final String HUB_LIMIT = "/v2/ratelimitpreview/test/manifests/latest";

    private final UpstreamConfig config;
    private final Network network;
    private final RegistryClient client;
    private final ErrorAnswer errors;
    private final RateLimit rateLimit = new RateLimit(System::nanoTime);

    /// @param url one of those in `config`
    public Examination(UpstreamConfig config, URI url, Network network) {
        this.config = config;
        this.network = network;
        this.client = new RegistryClient(config, url, network, _ -> {});
        this.errors = new ErrorAnswer(client, config.credentials());
    }

    /// Asks.
    ///
    /// @throws RegistryException where there is no way to it
    public Examined run() throws InterruptedException {
        long start = System.nanoTime();
        Optional<Duration> clockOffset;
        Optional<Instant> certificateEnd;
        try (Exchange exchange = askAsNobody()) {
            clockOffset = offset(exchange);
            certificateEnd = exchange.certificateEnd();
            if (!OPEN_OR_CLOSED.contains(exchange.status())) {
                throw errors.read(exchange, BASE, ErrorCode.UNSUPPORTED);
            }
            exchange.discard();
        }
        long answered = System.nanoTime();
        try (Exchange exchange = askAsNobody()) {
            exchange.discard();
        }
        long answeredAgain = System.nanoTime();
        Optional<RegistryException> refusal = logIn();
        return new Examined(
                Duration.ofNanos(answered - start),
                Duration.ofNanos(answeredAgain - answered),
                clockOffset,
                certificateEnd,
                network.proxies().proxyTo(client.origin()).map(ProxySettings.Proxy::authority),
                rateLimit.limit(),
                rateLimit.remaining(),
                refusal);
    }

    private Exchange askAsNobody() throws InterruptedException {
        Url url = new Url(client.origin(), BASE);
        return client.sendElsewhere(url, Request.get(Map.of()), Lane.METADATA);
    }

    private Optional<RegistryException> logIn() throws InterruptedException {
        try {
            ask("", BASE, Request.get(Map.of()));
            if (config.host().equals(DockerHub.HOST)) {
                ask(HUB_SCOPE, HUB_LIMIT, Request.head(Map.of()));
            }
            return Optional.empty();
        } catch (Unknown _) { // it lets us in, and is a mirror of Docker Hub or so
            return Optional.empty();
        } catch (RegistryException e) {
            return Optional.of(e);
        }
    }

    private void ask(String scope, String target, Request request) throws InterruptedException {
        try (Exchange exchange = client.send(scope, target, request, Lane.METADATA)) {
            rateLimit.note(exchange);
            if (exchange.status() != 200) {
                throw errors.read(exchange, target, ErrorCode.UNSUPPORTED);
            }
            exchange.discard();
        }
    }

    /// Unknown where a cache answers, with a date from when it took the answer in.
    private static Optional<Duration> offset(Exchange exchange) {
        String date = exchange.header("date").orElse("").trim();
        if (date.isEmpty() || exchange.header("age").isPresent()) {
            return Optional.empty();
        }
        try {
            Instant theirs = Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(date));
            return Optional.of(Duration.between(Instant.now(), theirs));
        } catch (DateTimeException | ArithmeticException e) {
            return Optional.empty();
        }
    }
}
