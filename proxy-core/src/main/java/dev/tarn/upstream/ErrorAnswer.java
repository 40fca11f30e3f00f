package dev.tarn.upstream;

import dev.tarn.oci.ErrorCode;
import dev.tarn.oci.RegistryException;
import dev.tarn.oci.RegistryException.Refused;
import dev.tarn.oci.RegistryException.Throttled;
import dev.tarn.oci.RegistryException.Unknown;
import dev.tarn.oci.RegistryException.UpstreamFailed;
import dev.tarn.oci.RegistryException.UpstreamFailed.Kind;
import dev.tarn.oci.Secret;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What an answer means that is not the one that was asked for.
final class ErrorAnswer {
    private static final int BODY_MAX = 64 << 10;

    private final RegistryClient client;
    private final List<Secret> secrets;

    ErrorAnswer(RegistryClient client, Optional<Credentials> credentials) {
        this.client = client;
        this.secrets = credentials.map(Credentials::password).stream().toList();
    }

    /// Reads the answer and closes it.
    ///
    /// @param what was asked for
    /// @param unknown the code for a 404 that says no better
    RegistryException read(Exchange exchange, String what, ErrorCode unknown)
            throws InterruptedException {
        try (exchange) {
            byte[] body = exchange.readSome(BODY_MAX);
            String said = what + ": " + said(exchange, body);
            return switch (exchange.status()) {
                case 401 -> Refused.unauthorized(said);
                case 403 -> Refused.denied(said);
                case 404 ->
                        new Unknown(isNameUnknown(body) ? ErrorCode.NAME_UNKNOWN : unknown, said);
                case 429 ->
                        Throttled.told(
                                said,
                                RetryAfter.parse(exchange.header("retry-after"), Instant.now()));
                default ->
                        new UpstreamFailed(
                                exchange.status() >= 500 ? Kind.BROKEN : Kind.BAD_ANSWER, said);
            };
        }
    }

    /// Only the registry's own words: those of a host that it redirected to repeat the signed
    /// address.
    private String said(Exchange exchange, byte[] body) {
        String status = exchange.url().origin().host() + " answered " + exchange.status();
        String excerpt = client.isOwn(exchange.url()) ? excerpt(exchange, body) : "";
        return excerpt.isEmpty() ? status : status + ": " + excerpt;
    }

    private String excerpt(Exchange exchange, byte[] body) {
        List<Secret> all = new ArrayList<>(secrets);
        exchange.request()
                .authorization()
                .map(header -> header.reveal().substring(header.reveal().indexOf(' ') + 1))
                .map(Secret::new)
                .ifPresent(all::add);
        return Excerpt.of(body, all);
    }

    private static boolean isNameUnknown(byte[] body) {
        return StrangersJson.parse(body)
                .map(document -> StrangersJson.text(document.path("errors").path(0), "code"))
                .filter(ErrorCode.NAME_UNKNOWN.name()::equals)
                .isPresent();
    }
}
