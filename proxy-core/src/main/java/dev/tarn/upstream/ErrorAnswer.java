package dev.tarn.upstream;

import dev.tarn.oci.ErrorCode;
import dev.tarn.oci.RegistryException;
import dev.tarn.oci.RegistryException.Malformed;
import dev.tarn.oci.RegistryException.Refused;
import dev.tarn.oci.RegistryException.Throttled;
import dev.tarn.oci.RegistryException.Unknown;
import dev.tarn.oci.RegistryException.UpstreamFailed;
import dev.tarn.oci.RegistryException.UpstreamFailed.Kind;
import dev.tarn.oci.Secret;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What an answer means that is not the one that was asked for.
final class ErrorAnswer {
    private static final int BODY_MAX = 64 << 10;

    /// What a registry says of a name or parameter that it judges more strictly than we do. It
    /// would say the same again, and so would any other address of it.
    private static final Set<ErrorCode> CLIENTS_DOING =
            EnumSet.of(
                    ErrorCode.DIGEST_INVALID,
                    ErrorCode.NAME_INVALID,
                    ErrorCode.PAGINATION_NUMBER_INVALID,
                    ErrorCode.TAG_INVALID);

    private final RegistryClient client;
    private final List<Secret> secrets;

    ErrorAnswer(RegistryClient client, Optional<Credentials> credentials) {
        this.client = client;
        this.secrets = credentials.map(Credentials::password).stream().toList();
    }

    /// Reads the answer and closes it. What is gone (410) or was taken down for legal reasons (451)
    /// is not here either: as a failure, it would have what we hold served as stale for ever.
    ///
    /// @param what was asked for
    /// @param unknown the code for what is not here, where the answer says no better
    RegistryException read(Exchange exchange, String what, ErrorCode unknown)
            throws InterruptedException {
        try (exchange) {
            byte[] body = exchange.readSome(BODY_MAX);
            String said = what + ": " + said(exchange, body);
            Optional<ErrorCode> code = code(body);
            return switch (exchange.status()) {
                case 400 ->
                        code.filter(CLIENTS_DOING::contains)
                                .<RegistryException>map(bad -> new Malformed(bad, said))
                                .orElseGet(() -> new UpstreamFailed(Kind.BAD_ANSWER, said));
                case 401 -> Refused.unauthorized(said);
                case 403 -> Refused.denied(said);
                case 404, 410, 451 ->
                        new Unknown(
                                code.filter(ErrorCode.NAME_UNKNOWN::equals).orElse(unknown), said);
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

    /// The first code of the specification's error body, where it is one that we know.
    private static Optional<ErrorCode> code(byte[] body) {
        String text =
                StrangersJson.parse(body)
                        .map(document ->
                                StrangersJson.text(document.path("errors").path(0), "code"))
                        .orElse("");
        return Arrays.stream(ErrorCode.values())
                .filter(code -> code.name().equals(text))
                .findFirst();
    }
}
